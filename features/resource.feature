Feature: Eligible resources
  Which resources support customer-managed keys, when you can enable them, and what a repeated request does.

  @resource.kinds
  Rule: Translator and multi-service resources can both have customer-managed keys

    @keys.enable
    Scenario Outline: Each kind of resource gets customer-managed keys
      Given a vault with a key
      And the customer creates the <kind> resource "translator-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

      Examples:
        | kind              |
        | Translator        |
        | Azure AI services |

  @resource.cognitive-services
  Rule: A multi-service resource of the kind CognitiveServices can have customer-managed keys

    @keys.enable
    Scenario: A Cognitive Services resource gets customer-managed keys
      Given a vault with a key
      And the customer creates the Cognitive Services resource "translator-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

  @resource.regional
  Rule: Customer-managed keys don't work for a global resource

    @encryption.default-key
    Scenario Outline: A global resource stays with Microsoft-managed keys
      Given <start>
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then "translator-prod" uses Microsoft-managed keys
      And "translator-prod" has no key of its own

      Examples:
        | start                                                  | channel |
        | a global resource with access to a key                 | portal  |
        | a global resource with access to a key                 | API     |
        | a global resource that was moved, with access to a key | portal  |
        | a global resource that was moved, with access to a key | API     |

    Scenario Outline: A global resource with a workspace stays with Microsoft-managed keys
      Given a global resource with access to a key
      And the customer creates the workspace "ws-prod" for "translator-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then "translator-prod" uses Microsoft-managed keys
      And "translator-prod" has no key of its own

      Examples:
        | channel |
        | portal  |
        | API     |

  @resource.global-refused
  Rule: Enabling customer-managed keys is refused for a global resource

    Scenario: Enabling for a regional resource is accepted
      Given an identity with access to the vault
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the API
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

    Scenario Outline: Enabling for a global resource is refused
      Given <start>
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is refused
      And nothing has changed

      Examples:
        | start                                                  | channel |
        | a global resource with access to a key                 | portal  |
        | a global resource with access to a key                 | API     |
        | a global resource that was moved, with access to a key | portal  |
        | a global resource that was moved, with access to a key | API     |

    Scenario Outline: Enabling for a global resource with a workspace is refused
      Given a global resource with access to a key
      And the customer creates the workspace "ws-prod" for "translator-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is refused
      And nothing has changed

      Examples:
        | channel |
        | portal  |
        | API     |

  @resource.not-at-creation
  Rule: Customer-managed keys can't be enabled by creating a resource

    Scenario: A request for customer-managed keys at creation puts none in use
      When the customer creates the Translator resource "translator-prod" with customer-managed keys
      Then every resource uses Microsoft-managed keys

  @resource.creation-refused
  Rule: Creating a resource with customer-managed keys is refused

    @encryption.default-key @environment.create-resource
    Scenario: Creating a resource with Microsoft-managed keys is accepted
      When the customer creates the Translator resource "translator-prod" with Microsoft-managed keys
      Then the request is accepted
      And "translator-prod" uses Microsoft-managed keys

    Scenario Outline: Creating a resource of any kind with customer-managed keys is refused
      When the customer creates the <kind> resource "translator-prod" with customer-managed keys
      Then the request is refused
      And nothing has changed

      Examples:
        | kind               |
        | Translator         |
        | Azure AI services  |
        | Cognitive Services |

  @resource.repeats
  Rule: A request for what is so already is accepted and changes nothing

    Scenario Outline: The key in use is enabled again and nothing changes
      Given <start>
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is accepted
      And nothing has changed

      Examples:
        | start                                                        | channel |
        | customer-managed keys are on                                 | portal  |
        | customer-managed keys are on                                 | API     |
        | a deployed model under customer-managed keys from the portal | portal  |
        | a deployed model under customer-managed keys from the portal | API     |

    Scenario: An identity that is on is enabled again and nothing changes
      Given an identity with access to the vault
      When the customer enables the managed identity of "translator-prod"
      Then the request is accepted
      And nothing has changed

    Scenario: Access that is there is granted again and nothing changes
      Given an identity with access to the vault
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is accepted
      And nothing has changed

    Scenario: A key that is enabled is enabled again and nothing changes
      Given a vault with a key
      When the customer enables the key "cmk-2048" of "kv-prod"
      Then the request is accepted
      And nothing has changed

    Scenario: Soft delete that is on is turned on again and nothing changes
      Given a vault with a key
      When the customer turns on soft delete for "kv-prod"
      Then the request is accepted
      And nothing has changed

    Scenario: Purge protection is turned on again and nothing changes
      Given a vault with a key
      When the customer turns on purge protection for "kv-prod"
      Then the request is accepted
      And nothing has changed

    Scenario: A deployed model is deployed again and nothing changes
      Given a deployed model under customer-managed keys
      When the customer deploys the model "legal-en-de"
      Then the request is accepted
      And nothing has changed

    Scenario: An identity that is off is disabled again and nothing changes
      Given a resource and a vault with a key
      When the customer disables the managed identity of "translator-prod"
      Then the request is accepted
      And nothing has changed

    Scenario: Access that was never granted is revoked and nothing changes
      Given a resource and a vault with a key
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the request is accepted
      And nothing has changed

    Scenario: A vault that uses Azure RBAC is switched to it and nothing changes
      Given a vault that was switched to Azure RBAC
      When the customer switches the vault "kv-prod" to Azure RBAC
      Then the request is accepted
      And nothing has changed

    Scenario: A role that was never assigned is removed and nothing changes
      Given a resource and a vault with a key
      When the customer removes the role of "translator-prod" on the keys of "kv-prod"
      Then the request is accepted
      And nothing has changed

    Scenario: A disabled key is disabled again and nothing changes
      Given the key has been disabled
      When the customer disables the key "cmk-2048" of "kv-prod"
      Then the request is accepted
      And nothing has changed

    Scenario: A model that is not deployed is undeployed and nothing changes
      Given a trained model under customer-managed keys
      When the customer undeploys the model "legal-en-de"
      Then the request is accepted
      And nothing has changed

    Scenario: Microsoft-managed keys are returned to again and nothing changes
      Given a deployed model under Microsoft-managed keys
      When the customer returns "translator-prod" to Microsoft-managed keys
      Then the request is accepted
      And nothing has changed

  @resource.rest-stays
  Rule: A resource keeps what a request says nothing of

    Scenario: A resource keeps its key source when its identity is enabled again
      Given the managed identity has been disabled
      When the customer enables the managed identity of "translator-prod"
      Then "translator-prod" uses customer-managed keys
      And "translator-prod" is encrypted with the key "cmk-2048" of "kv-prod"
