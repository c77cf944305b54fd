Feature: Eligible resources
  Which resources support customer-managed keys, and when you can enable them.

  @resource.kinds
  Rule: Translator and multi-service resources can both have customer-managed keys

    @keys.enable
    Scenario Outline: Enabling for each kind of resource
      Given a vault with a key
      And the customer creates the <kind> resource "translator-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

      Examples:
        | kind               |
        | Translator         |
        | Azure AI services  |
        | Cognitive Services |

  @resource.regional
  Rule: Customer-managed keys don't work for a global resource

    Scenario: A global resource stays with Microsoft-managed keys
      Given a vault with a key
      And the customer creates the Translator resource "translator-prod" in "global"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then "translator-prod" uses Microsoft-managed keys
      And "translator-prod" has no key of its own

  @resource.global-refused
  Rule: Enabling customer-managed keys is refused for a global resource

    Scenario: Enabling for a regional resource is accepted
      Given a vault with a key
      And the customer creates the Translator resource "translator-prod" in "westeurope"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is accepted

    Scenario: Enabling for a global resource is refused
      Given a vault with a key
      And the customer creates the Translator resource "translator-prod" in "global"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is refused
      And nothing has changed

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

    Scenario: Creating a resource with customer-managed keys is refused
      When the customer creates the Translator resource "translator-prod" with customer-managed keys
      Then the request is refused
      And the resource "translator-prod" does not exist
      And nothing has changed
