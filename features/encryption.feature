Feature: Encryption at rest
  Stored data is encrypted with either kind of key. You don't need to do anything.

  @encryption.at-rest @attestation
  Rule: Stored data is encrypted from its first upload

  @encryption.algorithm @attestation
  Rule: Stored data is encrypted with AES-256 from a FIPS 140-2 compliant implementation

  @encryption.transparent
  Rule: Commands on data work the same whichever key source is in use

    Scenario Outline: Work on data under Microsoft-managed keys
      Given a deployed model under Microsoft-managed keys
      When <work>
      Then the request is accepted

      Examples:
        | work                                                            |
        | the customer uploads the document "manuals" to "ws-prod"     |
        | the customer reads the data of "ws-prod"                        |
        | the customer trains the model "support-en-de" in "ws-prod"      |
        | the customer deploys the model "legal-en-de"                    |
        | the customer translates with the model "legal-en-de"            |

    Scenario Outline: The same work under customer-managed keys
      Given a deployed model under customer-managed keys
      When <work>
      Then the request is accepted

      Examples:
        | work                                                            |
        | the customer uploads the document "manuals" to "ws-prod"     |
        | the customer reads the data of "ws-prod"                        |
        | the customer trains the model "support-en-de" in "ws-prod"      |
        | the customer deploys the model "legal-en-de"                    |
        | the customer translates with the model "legal-en-de"            |

  @encryption.default-key
  Rule: A new resource uses Microsoft-managed keys

    @environment.create-resource
    Scenario Outline: A new resource of each kind starts with Microsoft-managed keys
      When the customer creates the <kind> resource "translator-prod"
      Then the request is accepted
      And "translator-prod" uses Microsoft-managed keys
      And "translator-prod" has no key of its own

      Examples:
        | kind               |
        | Translator         |
        | Azure AI services  |
        | Cognitive Services |

  @encryption.section
  Rule: The portal shows an Encryption section on a tier that supports customer-managed keys

    @environment.create-resource
    Scenario: A resource on a supporting tier shows its Encryption section
      When the customer creates the Translator resource "translator-prod" on the "cmk-tier"
      Then the request is accepted
      And the Encryption section of "translator-prod" is shown in the portal

  @encryption.no-section
  Rule: The portal shows no Encryption section on a tier limited to Microsoft-managed keys

    @environment.create-resource
    Scenario: A resource on a limited tier shows no Encryption section
      When the customer creates the Translator resource "translator-prod" on the "basic-tier"
      Then the request is accepted
      And the Encryption section of "translator-prod" is not shown in the portal

  @encryption.tier
  Rule: A resource on a tier limited to Microsoft-managed keys keeps them

    Scenario: A resource on a limited tier stays with Microsoft-managed keys
      Given a vault with a key
      And the customer creates the Translator resource "translator-prod" on the "basic-tier"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then "translator-prod" uses Microsoft-managed keys
      And "translator-prod" has no key of its own

  @encryption.tier-refused
  Rule: Enabling customer-managed keys is refused on a tier that does not support them

    Scenario: Enabling on a supporting tier is accepted
      Given a vault with a key
      And the customer creates the Translator resource "translator-prod" on the "cmk-tier"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is accepted

    Scenario: Enabling on a limited tier is refused
      Given a vault with a key
      And the customer creates the Translator resource "translator-prod" on the "basic-tier"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is refused
      And nothing has changed

  @encryption.double @attestation
  Rule: Customer-managed keys add a second layer of encryption
