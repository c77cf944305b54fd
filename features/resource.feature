Feature: Eligible resources
  Which resources support customer-managed keys, and when you can enable them.

  @resource.kinds
  Rule: Translator and multi-service resources can both have customer-managed keys

    @keys.enable
    Scenario Outline: Enabling for each kind of resource
      Given a vault with a key
      And the customer creates the <kind> resource "translator"
      When the customer enables customer-managed keys for "translator" with the key "key" of "vault"
      Then the request is accepted
      And "translator" uses customer-managed keys

      Examples:
        | kind               |
        | Translator         |
        | Azure AI services  |
        | Cognitive Services |

  @resource.regional
  Rule: Only a regional resource can have customer-managed keys

    Scenario: Enabling for a regional resource
      Given a vault with a key
      And the customer creates the Translator resource "translator" in "westeurope"
      When the customer enables customer-managed keys for "translator" with the key "key" of "vault"
      Then the request is accepted

    Scenario: Enabling for a global resource
      Given a vault with a key
      And the customer creates the Translator resource "translator" in "global"
      When the customer enables customer-managed keys for "translator" with the key "key" of "vault"
      Then the request is refused
      And nothing has changed

  @resource.not-at-creation
  Rule: Customer-managed keys can't be requested when the resource is created

    @encryption.default-key @environment.create-resource
    Scenario: Creating a resource with Microsoft-managed keys
      When the customer creates the Translator resource "translator" with Microsoft-managed keys
      Then the request is accepted
      And "translator" uses Microsoft-managed keys

    Scenario: Creating a resource with customer-managed keys
      When the customer creates the Translator resource "translator" with customer-managed keys
      Then the request is refused
      And the resource "translator" does not exist
      And nothing has changed
