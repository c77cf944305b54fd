Feature: Microsoft Entra tenants
  Neither an identity nor a key crosses from one tenant to another.

  @tenant.no-cross-tenant-access
  Rule: An identity has no access to a key vault of another tenant

    Scenario Outline: Granting access across tenants gives none
      Given <start>
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then "translator-prod" has no access to the keys of "kv-prod"

      Examples:
        | start                                                        |
        | a resource with an identity in another tenant than the vault |
        | a resource in another tenant beside one that uses the vault  |

  @tenant.grant-refused
  Rule: Granting access to an identity of another tenant is refused

    Scenario: Granting access within the tenant is accepted
      Given a resource with an identity and a vault with a key
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is accepted
      And "translator-prod" has access to the keys of "kv-prod"

    Scenario Outline: Granting access across tenants is refused
      Given <start>
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is refused
      And nothing has changed

      Examples:
        | start                                                        |
        | a resource with an identity in another tenant than the vault |
        | a resource in another tenant beside one that uses the vault  |

  @tenant.resource-moves
  Rule: A resource or a resource group can be moved to another tenant

    @environment.move
    Scenario: A resource is in a subscription of another tenant after a move
      Given a resource and a vault with a key
      When the customer moves the resource "translator-prod" to the subscription "foreign"
      Then the request is accepted
      And the resource "translator-prod" is in the subscription "foreign"

    @environment.move
    Scenario: A resource group is in a subscription of another tenant after a move
      Given a resource and a vault with a key (resource "translator-prod", vault "kv-prod")
      When the customer moves the resource group "apps" of the subscription "production" to the subscription "foreign"
      Then the request is accepted
      And the resource "translator-prod" is in the subscription "foreign"
      And the vault "kv-prod" is in the subscription "foreign"

  @tenant.not-transferred
  Rule: A move to another tenant takes along neither the managed identity nor the key

    @environment.move
    Scenario Outline: A resource arrives in another tenant without key and access
      Given <start> (vault "kv-prod")
      When the customer moves the resource "translator-prod" to the subscription "foreign"
      Then the request is accepted
      And "translator-prod" has no key of its own
      And "translator-prod" has no access to the keys of "kv-prod"

      Examples:
        | start                                   |
        | a workspace under customer-managed keys |
        | the managed identity has been disabled  |
        | a global resource with access to a key  |

    @environment.move
    Scenario: A resource group arrives in another tenant without key and access
      Given a workspace under customer-managed keys (resource "translator-prod", vault "kv-prod")
      When the customer moves the resource group "apps" of the subscription "production" to the subscription "foreign"
      Then the request is accepted
      And "translator-prod" has no key of its own
      And "translator-prod" has no access to the keys of "kv-prod"

    @environment.move
    Scenario: A subscription arrives in another tenant without key and access
      Given a workspace under customer-managed keys (resource "translator-prod", vault "kv-prod")
      When the customer moves the subscription "production" to the tenant "abroad"
      Then the request is accepted
      And "translator-prod" has no key of its own
      And "translator-prod" has no access to the keys of "kv-prod"

    @environment.move
    Scenario: A subscription arrives without the key of a vault that stays
      Given a multi-service resource with access to a vault of another subscription (resource "translator-prod", vault "kv-prod")
      And the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the API
      When the customer moves the subscription "production" to the tenant "abroad"
      Then "translator-prod" has no key of its own
      And "translator-prod" has no access to the keys of "kv-prod"

    @environment.move
    Scenario: Every resource of a subscription arrives without its key
      Given two resources that share a vault and a key (resource "translator-prod", resource "translator-test")
      When the customer moves the subscription "production" to the tenant "abroad"
      Then "translator-prod" has no key of its own
      And "translator-test" has no key of its own

    @environment.move
    Scenario: A resource that moves alone leaves the others their identity and key
      Given two resources that share a vault and a key (resource "translator-prod", model "legal-en-de")
      When the customer moves the resource "translator-test" to the subscription "foreign"
      Then "translator-test" has no key of its own
      And the managed identity of "translator-prod" is on
      And the model "legal-en-de" is deployed

  @tenant.identity-off
  Rule: After a move to another tenant the managed identity is off

    @environment.move
    Scenario: A resource arrives in another tenant with its identity off
      Given a resource with an identity
      When the customer moves the resource "translator-prod" to the subscription "foreign"
      Then the request is accepted
      And the managed identity of "translator-prod" is off

    @environment.move
    Scenario: A resource group arrives in another tenant with identities off
      Given a resource with an identity (resource "translator-prod")
      When the customer moves the resource group "apps" of the subscription "production" to the subscription "foreign"
      Then the request is accepted
      And the managed identity of "translator-prod" is off

    @environment.move
    Scenario: A subscription arrives in another tenant with identities off
      Given a resource with an identity (resource "translator-prod")
      When the customer moves the subscription "production" to the tenant "abroad"
      Then the request is accepted
      And the managed identity of "translator-prod" is off

    @environment.move
    Scenario: Every resource of a subscription arrives with its identity off
      Given two resources that share a vault and a key (resource "translator-prod", resource "translator-test")
      When the customer moves the subscription "production" to the tenant "abroad"
      Then the managed identity of "translator-prod" is off
      And the managed identity of "translator-test" is off

    @environment.move
    Scenario: The managed identity stays on after a move inside the tenant
      Given a resource with an identity
      When the customer moves the resource "translator-prod" to the subscription "security"
      Then the request is accepted
      And the managed identity of "translator-prod" is on
      And the resource "translator-prod" is in the subscription "security"

  @tenant.stays-customer-managed
  Rule: After a move to another tenant the key source still reads customer-managed

    Scenario: The key source reads customer-managed after a move
      Given a workspace under customer-managed keys
      When the customer moves the resource "translator-prod" to the subscription "foreign"
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

    Scenario: The key source reads customer-managed after a move of its group
      Given a workspace under customer-managed keys (resource "translator-prod")
      When the customer moves the resource group "apps" of the subscription "production" to the subscription "foreign"
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

    Scenario: The key source reads customer-managed after a move of its subscription
      Given a workspace under customer-managed keys (resource "translator-prod")
      When the customer moves the subscription "production" to the tenant "abroad"
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

  @tenant.key-left-behind
  Rule: A resource that lost its key in a move has no accessible key until CMK is enabled again

    @tenant.not-transferred @environment.move @revocation.data-inaccessible @revocation.deletes-uploads @revocation.undeploys @workspace.covered
    Scenario Outline: A resource that moves to another tenant loses all under its key
      Given <start> (workspace "ws-prod", document "contracts", model "legal-en-de")
      When the customer moves the resource "translator-prod" to the subscription "foreign"
      Then the data of "ws-prod" is inaccessible
      And the model "legal-en-de" is undeployed
      And the document "contracts" is deleted

      Examples:
        | start                                                        |
        | a deployed model under customer-managed keys                 |
        | a deployed model under customer-managed keys from the portal |
        | a deployed model of a multi-service resource                 |

    @environment.move @revocation.data-inaccessible @revocation.deletes-uploads @revocation.undeploys @workspace.covered
    Scenario: A resource group that moves to another tenant loses all under the key
      Given a deployed model under customer-managed keys (workspace "ws-prod", document "contracts", model "legal-en-de")
      When the customer moves the resource group "apps" of the subscription "production" to the subscription "foreign"
      Then the data of "ws-prod" is inaccessible
      And the model "legal-en-de" is undeployed
      And the document "contracts" is deleted

    @environment.move @revocation.data-inaccessible @revocation.deletes-uploads @revocation.undeploys @workspace.covered
    Scenario Outline: A subscription that moves to another tenant loses all under the key
      Given <start> (workspace "<workspace>", document "<document>", model "<model>")
      When the customer moves the subscription "production" to the tenant "abroad"
      Then the data of "<workspace>" is inaccessible
      And the model "<model>" is undeployed
      And the document "<document>" is deleted

      Examples:
        | start                                                        | workspace | model         | document  |
        | a deployed model under customer-managed keys                 | ws-prod   | legal-en-de   | contracts |
        | a deployed model under customer-managed keys from the portal | ws-prod   | legal-en-de   | contracts |
        | two resources that share a vault and a key                   | ws-test   | support-en-de | manuals   |
        | a new workspace after access was lost                        | ws-test   | support-en-de | manuals   |

    Scenario: Identity and access alone do not bring the key back
      Given the moved identity has been enabled again (workspace "ws-prod")
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is accepted
      And "translator-prod" has no key of its own
      And the data of "ws-prod" is inaccessible

    @restoration.data-readable
    Scenario Outline: Enabling CMK again brings the key back, and no upload
      Given the moved identity has access to the vault again (workspace "ws-prod", document "contracts")
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is accepted
      And the data of "ws-prod" is accessible
      And the document "contracts" is deleted

      Examples:
        | channel |
        | portal  |
        | API     |

  @tenant.same-tenant-move
  Rule: A move inside one tenant loses nothing

    @environment.move
    Scenario Outline: A resource that moves within its tenant loses nothing
      Given <start>
      When the customer moves the resource "translator-prod" to the subscription "security"
      Then the request is accepted
      And the resource "translator-prod" is in the subscription "security"
      And nothing else has changed

      Examples:
        | start                                                        |
        | a deployed model under customer-managed keys                 |
        | a deployed model under customer-managed keys from the portal |

    @environment.move
    Scenario: A resource and its vault that move within their tenant lose nothing
      Given a deployed model under customer-managed keys (resource "translator-prod", vault "kv-prod")
      When the customer moves the resource group "apps" of the subscription "production" to the subscription "security"
      Then the resource "translator-prod" is in the subscription "security"
      And the vault "kv-prod" is in the subscription "security"
      And nothing else has changed

    @environment.move
    Scenario Outline: A resource that moves within its subscription loses nothing
      Given <start>
      When the customer moves the resource "translator-prod" to the subscription "production" and the group "other"
      Then the request is accepted
      And the resource "translator-prod" is in the group "other"
      And nothing else has changed

      Examples:
        | start                                                        |
        | a deployed model under customer-managed keys                 |
        | a deployed model under customer-managed keys from the portal |

    @environment.move
    Scenario: Moving a vault within its tenant without its resource loses nothing
      Given a deployed model of a multi-service resource (vault "kv-prod")
      When the customer moves the resource group "vaults" of the subscription "security" to the subscription "production"
      Then the request is accepted
      And the vault "kv-prod" is in the subscription "production"
      And nothing else has changed

  @tenant.vault-moved
  Rule: A key vault that changes tenant loses its access grants

    @environment.move @revocation.data-inaccessible
    Scenario: A vault that leaves its resource behind loses its grant
      Given a vault in a resource group of its own (resource "translator-prod", vault "kv-prod", workspace "ws-prod")
      When the customer moves the resource group "vaults" of the subscription "production" to the subscription "foreign"
      Then "translator-prod" has no access to the keys of "kv-prod"
      And the data of "ws-prod" is inaccessible
      And the managed identity of "translator-prod" is on

    @environment.move @revocation.data-inaccessible @workspace.covered
    Scenario: A vault whose subscription moves loses its grant
      Given a deployed model of a multi-service resource (resource "translator-prod", vault "kv-prod", workspace "ws-prod")
      When the customer moves the subscription "security" to the tenant "abroad"
      Then "translator-prod" has no access to the keys of "kv-prod"
      And the data of "ws-prod" is inaccessible
      And the managed identity of "translator-prod" is on

    @environment.move @revocation.access-revoked @revocation.data-inaccessible
    Scenario: A vault that comes back from another tenant brings no grant
      Given a vault has left its resource behind (resource "translator-prod", vault "kv-prod", workspace "ws-prod")
      When the customer moves the resource group "vaults" of the subscription "foreign" to the subscription "production"
      Then the request is accepted
      And "translator-prod" has no access to the keys of "kv-prod"
      And the data of "ws-prod" is inaccessible
