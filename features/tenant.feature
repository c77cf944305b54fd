Feature: Microsoft Entra tenants
  Neither an identity nor a key crosses from one tenant to another.

  @tenant.no-cross-tenant-access
  Rule: An identity has no access to a key vault of another tenant

    Scenario: Granting access across tenants gives none
      Given a resource with an identity in another tenant than the vault
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then "translator-prod" has no access to the keys of "kv-prod"

  @tenant.grant-refused
  Rule: Granting access to an identity of another tenant is refused

    Scenario: Granting access within the tenant
      Given a resource and a vault with a key
      And the customer enables the managed identity of "translator-prod"
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is accepted

    Scenario: Granting access across tenants
      Given a resource with an identity in another tenant than the vault
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is refused
      And "translator-prod" has no access to the keys of "kv-prod"
      And nothing has changed

  @tenant.not-transferred
  Rule: A move to another tenant takes along neither the managed identity nor the key

    @environment.move
    Scenario Outline: A move to another tenant
      Given a workspace under customer-managed keys
      When <move>
      Then the request is accepted
      And "translator-prod" has no key of its own
      And "translator-prod" has no access to the keys of "kv-prod"

      Examples:
        | move                                                                                                     |
        | the customer moves the resource "translator-prod" to the subscription "foreign"                               |
        | the customer moves the resource group "apps" of the subscription "production" to the subscription "foreign" |
        | the customer moves the subscription "production" to the tenant "abroad"                               |

    @environment.move
    Scenario: A subscription with two resources that moves to another tenant
      Given two resources that share a vault and a key
      When the customer moves the subscription "production" to the tenant "abroad"
      Then "translator-prod" has no key of its own
      And "translator-test" has no key of its own

  @tenant.identity-off
  Rule: After a move to another tenant the managed identity is off

    @environment.move
    Scenario Outline: The managed identity after a move to another tenant
      Given a resource with an identity
      When <move>
      Then the request is accepted
      And the managed identity of "translator-prod" is off

      Examples:
        | move                                                                                                     |
        | the customer moves the resource "translator-prod" to the subscription "foreign"                               |
        | the customer moves the resource group "apps" of the subscription "production" to the subscription "foreign" |
        | the customer moves the subscription "production" to the tenant "abroad"                               |

    @environment.move
    Scenario: The identities of two resources after a move to another tenant
      Given two resources that share a vault and a key
      When the customer moves the subscription "production" to the tenant "abroad"
      Then the managed identity of "translator-prod" is off
      And the managed identity of "translator-test" is off

  @tenant.stays-customer-managed
  Rule: After a move to another tenant the key source still reads customer-managed

    @environment.move
    Scenario Outline: The key source after a move to another tenant
      Given a workspace under customer-managed keys
      When <move>
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

      Examples:
        | move                                                                                                     |
        | the customer moves the resource "translator-prod" to the subscription "foreign"                               |
        | the customer moves the resource group "apps" of the subscription "production" to the subscription "foreign" |
        | the customer moves the subscription "production" to the tenant "abroad"                               |

  @tenant.key-left-behind
  Rule: A resource that lost its key in a move has no accessible key until CMK is enabled again

    @tenant.not-transferred @environment.move @revocation.data-inaccessible @revocation.deletes-uploads @revocation.undeploys @workspace.covered
    Scenario Outline: What a move to another tenant costs
      Given a deployed model under customer-managed keys
      When <move>
      Then the data of "ws-prod" is inaccessible
      And the model "legal-en-de" is undeployed
      And the document "contracts" is deleted

      Examples:
        | move                                                                                                     |
        | the customer moves the resource "translator-prod" to the subscription "foreign"                               |
        | the customer moves the resource group "apps" of the subscription "production" to the subscription "foreign" |
        | the customer moves the subscription "production" to the tenant "abroad"                               |

    Scenario: Identity and access alone do not bring the key back
      Given the moved identity has been enabled again
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is accepted
      And "translator-prod" has no key of its own
      And the data of "ws-prod" is inaccessible

    @restoration.data-readable
    Scenario: Customer-managed keys are enabled again
      Given the moved identity has access to the vault again
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is accepted
      And the data of "ws-prod" is accessible
      And the document "contracts" is deleted

  @tenant.same-tenant-move
  Rule: A move inside one tenant loses nothing

    @environment.move
    Scenario: A resource moved within its tenant
      Given a deployed model under customer-managed keys
      When the customer moves the resource "translator-prod" to the subscription "security"
      Then the request is accepted
      And the resource "translator-prod" is in the subscription "security"
      And nothing else has changed

    @environment.move
    Scenario: A resource and its vault moved within their tenant
      Given a deployed model under customer-managed keys
      When the customer moves the resource group "apps" of the subscription "production" to the subscription "security"
      Then the resource "translator-prod" is in the subscription "security"
      And the vault "kv-prod" is in the subscription "security"
      And nothing else has changed
