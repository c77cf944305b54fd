Feature: The managed identity
  A resource reaches its key through its system-assigned managed identity, and through nothing else.

  @identity.enable
  Rule: The managed identity can be enabled as soon as the resource exists

    Scenario Outline: A new resource of either tier
      Given the customer creates the Translator resource "translator-prod" on the "<tier>"
      When the customer enables the managed identity of "translator-prod"
      Then the request is accepted
      And the managed identity of "translator-prod" is on

      Examples:
        | tier       |
        | cmk-tier   |
        | basic-tier |

    Scenario: Enabling an identity that is on
      Given a resource with an identity
      When the customer enables the managed identity of "translator-prod"
      Then the request is accepted
      And nothing has changed

  @identity.off-at-first
  Rule: The managed identity of a new resource is off

    @environment.create-resource
    Scenario: A new resource has no identity
      When the customer creates the Translator resource "translator-prod"
      Then the request is accepted
      And the managed identity of "translator-prod" is off

  @identity.enabled-with-keys
  Rule: Enabling customer-managed keys turns the managed identity on

    Scenario: The identity is on once the portal has enabled customer-managed keys
      Given a resource and a vault with a key
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal
      Then the request is accepted
      And the managed identity of "translator-prod" is on

  @identity.registered
  Rule: The resource is registered in Microsoft Entra ID while its identity is on

    @identity.enable
    Scenario: A resource whose identity is turned on
      Given a Translator resource
      When the customer enables the managed identity of "translator-prod"
      Then the request is accepted
      And "translator-prod" is registered with Microsoft Entra ID

  @identity.disable
  Rule: The managed identity can be disabled

    Scenario: Disabling an identity that nothing needs
      Given a resource with an identity
      When the customer disables the managed identity of "translator-prod"
      Then the request is accepted
      And the managed identity of "translator-prod" is off

  @identity.access-removed
  Rule: Without its managed identity a resource has access to no key vault

    @identity.disable
    Scenario: Access goes with the identity
      Given an identity with access to the vault
      When the customer disables the managed identity of "translator-prod"
      Then the request is accepted
      And "translator-prod" has no access to the keys of "kv-prod"

    @identity.disable @revocation.access-revoked @revocation.data-inaccessible @revocation.deletes-uploads @revocation.undeploys @workspace.covered
    Scenario: All that depends on the key goes with the identity
      Given a deployed model under customer-managed keys
      When the customer disables the managed identity of "translator-prod"
      Then the data of "ws-prod" is inaccessible
      And the model "legal-en-de" is undeployed
      And the document "contracts" is deleted

    Scenario: Another resource keeps its access
      Given two resources that share a vault and a key
      When the customer disables the managed identity of "translator-prod"
      Then "translator-test" has access to the keys of "kv-prod"
      And the data of "ws-test" is accessible
      And the document "manuals" is kept

    @identity.disable
    Scenario: The other of two resources loses its access
      Given two resources that share a vault and a key
      When the customer disables the managed identity of "translator-test"
      Then "translator-test" has no access to the keys of "kv-prod"
      And "translator-prod" has access to the keys of "kv-prod"
      And the document "contracts" is kept

  @identity.no-return-of-access
  Rule: Enabling the managed identity again returns no access

    Scenario: An identity that is on again
      Given the managed identity has been disabled
      When the customer enables the managed identity of "translator-prod"
      Then the request is accepted
      And "translator-prod" has no access to the keys of "kv-prod"
      And the data of "ws-prod" is inaccessible

  @identity.needed-for-access
  Rule: Access can be granted only to a resource whose managed identity is on

    @vault.access-policy
    Scenario: Granting access to an identity that is on
      Given a resource and a vault with a key
      And the customer enables the managed identity of "translator-prod"
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is accepted
      And "translator-prod" has access to the keys of "kv-prod"

    Scenario: Granting access to an identity that is off
      Given the managed identity has been disabled
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is refused
      And nothing has changed
