Feature: Eligible resources
  Which resources support customer-managed keys, and when you can enable them.

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
        | kind               |
        | Translator         |
        | Azure AI services  |
        | Cognitive Services |

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
