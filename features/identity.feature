Feature: The managed identity
  A resource reaches its key through its system-assigned managed identity, and through nothing else.

  @identity.enable
  Rule: The managed identity can be enabled as soon as the resource exists

    Scenario Outline: A new resource of either tier
      Given the customer creates the Translator resource "translator" on the "<tier>"
      When the customer enables the managed identity of "translator"
      Then the request is accepted
      And the managed identity of "translator" is on

      Examples:
        | tier       |
        | cmk-tier   |
        | basic-tier |

    Scenario: Enabling an identity that is on
      Given a resource with an identity
      When the customer enables the managed identity of "translator"
      Then the request is accepted
      And nothing has changed

  @identity.off-at-first
  Rule: The managed identity of a new resource is off

    @environment.create-resource
    Scenario: A new resource has no identity
      When the customer creates the Translator resource "translator"
      Then the request is accepted
      And the managed identity of "translator" is off

  @identity.enabled-with-keys
  Rule: Enabling customer-managed keys turns the managed identity on

    Scenario: The identity is on once the portal has enabled customer-managed keys
      Given a resource and a vault with a key
      When the customer enables customer-managed keys for "translator" with the key "key" of "vault" through the portal
      Then the request is accepted
      And the managed identity of "translator" is on

  @identity.registered
  Rule: The resource is registered in Microsoft Entra ID while its identity is on

    @identity.enable
    Scenario: A resource whose identity is turned on
      Given a Translator resource
      When the customer enables the managed identity of "translator"
      Then the request is accepted
      And "translator" is registered with Microsoft Entra ID

  @identity.disable
  Rule: The managed identity can be disabled

    Scenario: Disabling an identity that nothing needs
      Given a resource with an identity
      When the customer disables the managed identity of "translator"
      Then the request is accepted
      And the managed identity of "translator" is off

  @identity.access-removed
  Rule: Without its managed identity a resource has access to no key vault

    @identity.disable
    Scenario: Access goes with the identity
      Given an identity with access to the vault
      When the customer disables the managed identity of "translator"
      Then the request is accepted
      And "translator" has no access to the keys of "vault"

    @identity.disable @revocation.access-revoked @revocation.data-inaccessible @revocation.deletes-uploads @revocation.undeploys @workspace.covered
    Scenario: All that depends on the key goes with the identity
      Given a deployed model under customer-managed keys
      When the customer disables the managed identity of "translator"
      Then the data of "workspace" is inaccessible
      And the model "model" is undeployed
      And the document "document" is deleted

    Scenario: Another resource keeps its access
      Given two resources that share a vault and a key
      When the customer disables the managed identity of "translator"
      Then "other-translator" has access to the keys of "vault"
      And the data of "other-workspace" is accessible
      And the document "other-document" is kept

    @identity.disable
    Scenario: The other of two resources loses its access
      Given two resources that share a vault and a key
      When the customer disables the managed identity of "other-translator"
      Then "other-translator" has no access to the keys of "vault"
      And "translator" has access to the keys of "vault"
      And the document "document" is kept

  @identity.no-return-of-access
  Rule: Enabling the managed identity again returns no access

    Scenario: An identity that is on again
      Given the managed identity has been disabled
      When the customer enables the managed identity of "translator"
      Then the request is accepted
      And "translator" has no access to the keys of "vault"
      And the data of "workspace" is inaccessible

  @identity.needed-for-access
  Rule: Access can be granted only to a resource whose managed identity is on

    @vault.access-policy
    Scenario: Granting access to an identity that is on
      Given a resource and a vault with a key
      And the customer enables the managed identity of "translator"
      When the customer grants "translator" access to the keys of "vault"
      Then the request is accepted
      And "translator" has access to the keys of "vault"

    Scenario: Granting access to an identity that is off
      Given the managed identity has been disabled
      When the customer grants "translator" access to the keys of "vault"
      Then the request is refused
      And nothing has changed
