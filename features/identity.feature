Feature: The managed identity
  A resource reaches its key through its system-assigned managed identity. The article knows no other way.

  @identity.enable
  Rule: The managed identity can be enabled as soon as the resource exists

    Scenario Outline: The identity of a new resource on either tier is turned on
      Given the customer creates the Translator resource "translator-prod" on the "<tier>"
      When the customer enables the managed identity of "translator-prod"
      Then the request is accepted
      And the managed identity of "translator-prod" is on

      Examples:
        | tier       |
        | cmk-tier   |
        | basic-tier |

    Scenario: A new identity has no access to the key that others share
      Given two resources that share a vault and a key (vault "kv-prod")
      And the customer creates the Azure AI services resource "translator-dev"
      When the customer enables the managed identity of "translator-dev"
      Then the managed identity of "translator-dev" is on
      And "translator-dev" has no access to the keys of "kv-prod"

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

    Scenario: The identity is on once the API has enabled customer-managed keys
      Given an identity with access to the vault
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the API
      Then the request is accepted
      And the managed identity of "translator-prod" is on

  @identity.unchanged-without-effect
  Rule: A request that puts no key in use turns no identity on and grants no access

    Scenario: A request for a global resource does not turn the identity on
      Given a vault with a key
      And the customer creates the Translator resource "translator-prod" in "global"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal
      Then the managed identity of "translator-prod" is off

    Scenario: A request for a global resource grants no access
      Given a vault with a key
      And the customer creates the Translator resource "translator-prod" in "global"
      And the customer enables the managed identity of "translator-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal
      Then "translator-prod" has no access to the keys of "kv-prod"

  @identity.registered
  Rule: The resource is registered in Microsoft Entra ID while its identity is on

    @identity.enable
    Scenario: A resource whose identity is turned on is registered
      Given a Translator resource
      When the customer enables the managed identity of "translator-prod"
      Then the request is accepted
      And "translator-prod" is registered with Microsoft Entra ID

    Scenario: A resource that gets customer-managed keys is registered
      Given a resource and a vault with a key
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal
      Then the request is accepted
      And "translator-prod" is registered with Microsoft Entra ID

    Scenario: A resource whose identity is on again is registered again
      Given the managed identity has been disabled
      When the customer enables the managed identity of "translator-prod"
      Then the request is accepted
      And "translator-prod" is registered with Microsoft Entra ID

  @identity.disable
  Rule: The managed identity can be disabled

    Scenario Outline: The identity is turned off
      Given <start>
      When the customer disables the managed identity of "translator-prod"
      Then the request is accepted
      And the managed identity of "translator-prod" is off

      Examples:
        | start                                                        |
        | a resource with an identity                                  |
        | a deployed model under customer-managed keys                 |
        | a deployed model under customer-managed keys from the portal |

  @identity.harmless-without-keys
  Rule: Disabling the identity of a resource under Microsoft-managed keys loses nothing

    @identity.disable
    Scenario: Uploads and models outlive an identity that no key depends on
      Given an identity that no key depends on (document "contracts", model "legal-en-de")
      When the customer disables the managed identity of "translator-prod"
      Then the managed identity of "translator-prod" is off
      And the model "legal-en-de" is deployed
      And the document "contracts" is kept

  @identity.access-removed
  Rule: Without its managed identity a resource has no access to the key vault of its key

    @identity.disable
    Scenario: Access to the key goes with the identity
      Given a workspace under customer-managed keys (vault "kv-prod")
      When the customer disables the managed identity of "translator-prod"
      Then the request is accepted
      And "translator-prod" has no access to the keys of "kv-prod"

    @identity.disable @revocation.access-revoked @revocation.data-inaccessible @revocation.deletes-uploads @revocation.undeploys @workspace.covered
    Scenario Outline: A disabled identity costs all that is under the key
      Given <start> (workspace "<workspace>", document "<document>", model "<model>")
      When the customer disables the managed identity of "translator-prod"
      Then the data of "<workspace>" is inaccessible
      And the model "<model>" is undeployed
      And the document "<document>" is deleted

      Examples: Through both channels, and for another kind of resource, key and place
        | start                                                        | workspace | model         | document  |
        | a deployed model under customer-managed keys                 | ws-prod   | legal-en-de   | contracts |
        | a deployed model under customer-managed keys from the portal | ws-prod   | legal-en-de   | contracts |
        | a deployed model of a multi-service resource                 | ws-prod   | legal-en-de   | contracts |
        | a second workspace at work                                   | ws-test   | support-en-de | manuals   |

      Examples: For the second time
        | start                                      | workspace | model         | document |
        | a new workspace after access was lost      | ws-test   | support-en-de | manuals  |
        | a new workspace after the identity was off | ws-test   | support-en-de | manuals  |

      @restoration.data-readable
      Examples: For the second time, with what was restored
        | start                                           | workspace | model       | document |
        | an upload and a deployment after the first loss | ws-prod   | legal-en-de | manuals  |

      Examples: With a rotated key
        | start                                | workspace | model       | document  |
        | a deployed model under a rotated key | ws-prod   | legal-en-de | contracts |

    @identity.disable
    Scenario Outline: Only the resource whose identity is off loses its access
      Given three resources that share a vault and a key (resource "<other>", vault "kv-prod", document "<document>")
      When the customer disables the managed identity of "<resource>"
      Then "<resource>" has no access to the keys of "kv-prod"
      And "<other>" has access to the keys of "kv-prod"
      And the document "<document>" is kept

      Examples:
        | resource        | other           | document  |
        | translator-prod | translator-test | manuals   |
        | translator-prod | translator-dev  | invoices  |
        | translator-test | translator-prod | contracts |
        | translator-dev  | translator-test | manuals   |

  @identity.access-removed-elsewhere
  Rule: Without its managed identity a resource has access to no other key vault either

    @identity.disable
    Scenario: Access that no key depends on goes with the identity
      Given an identity with access to the vault (vault "kv-prod")
      When the customer disables the managed identity of "translator-prod"
      Then the request is accepted
      And "translator-prod" has no access to the keys of "kv-prod"

    @identity.disable
    Scenario: Access to every vault goes with the identity
      Given access to a second vault (vault "kv-prod", vault "kv-test")
      When the customer disables the managed identity of "translator-prod"
      Then the request is accepted
      And "translator-prod" has no access to the keys of "kv-prod"
      And "translator-prod" has no access to the keys of "kv-test"

    @environment.delete-resource
    Scenario: A deleted resource loses its access
      Given an identity with access to the vault (vault "kv-prod")
      When the customer deletes the resource "translator-prod"
      Then the request is accepted
      And "translator-prod" has no access to the keys of "kv-prod"

  @identity.no-return-of-access
  Rule: Enabling the managed identity again returns no access

    Scenario: An identity that is on again has no access
      Given the managed identity has been disabled (vault "kv-prod", workspace "ws-prod")
      When the customer enables the managed identity of "translator-prod"
      Then the request is accepted
      And "translator-prod" has no access to the keys of "kv-prod"
      And the data of "ws-prod" is inaccessible

    @identity.enabled-with-keys @vault.granted-with-keys
    Scenario: The portal returns no access but that to the chosen vault
      Given access to a second vault (vault "kv-prod", vault "kv-test")
      And the customer disables the managed identity of "translator-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal
      Then "translator-prod" has access to the keys of "kv-prod"
      And "translator-prod" has no access to the keys of "kv-test"

    @environment.recover-vault
    Scenario: A recovered vault gives no access to an identity that was off
      Given an identity was off and on again while the vault was deleted (resource "translator-prod", vault "kv-prod")
      When the customer recovers the vault "kv-prod"
      Then the vault "kv-prod" is active
      And "translator-prod" has no access to the keys of "kv-prod"

  @identity.needed-for-access
  Rule: A resource whose managed identity is off can be given no access

    @vault.access-policy
    Scenario: Granting access to an identity that is on is accepted
      Given a resource with an identity and a vault with a key
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is accepted
      And "translator-prod" has access to the keys of "kv-prod"

    Scenario: A grant turns no identity on
      Given a resource and a vault with a key
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then "translator-prod" has no access to the keys of "kv-prod"
      And the managed identity of "translator-prod" is off

  @identity.grant-refused
  Rule: Granting access to a resource whose managed identity is off is refused

    Scenario: Access is refused to an identity that is off beside one that is on
      Given an identity that is off beside one with access
      When the customer grants "translator-test" access to the keys of "kv-prod"
      Then the request is refused
      And nothing has changed

    Scenario: Granting access to an identity that is off is refused
      Given the managed identity has been disabled
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is refused
      And nothing has changed
