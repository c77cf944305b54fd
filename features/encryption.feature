Feature: Encryption at rest
  Stored data is encrypted with either kind of key. With Microsoft-managed keys, the customer does nothing for it.

  @encryption.at-rest @attestation
  Rule: Stored data is encrypted from its first upload

  @encryption.algorithm @attestation
  Rule: Stored data is encrypted with AES-256 from a FIPS 140-2 compliant implementation

  @encryption.transparent
  Rule: Commands on data work the same whichever key source is in use

    Scenario Outline: A document is uploaded with either kind of key
      Given <start>
      When the customer uploads the document "<document>" to "ws-prod"
      Then the request is accepted

      Examples:
        | start                                                             | document  |
        | a workspace under Microsoft-managed keys                          | contracts |
        | a workspace under customer-managed keys                           | contracts |
        | a deployed model under customer-managed keys from the portal      | manuals   |
        | a deployed model in a workspace made before customer-managed keys | manuals   |

    Scenario Outline: Data is read with either kind of key
      Given <start>
      When the customer reads the data of "ws-prod"
      Then the request is accepted

      Examples:
        | start                                                             |
        | a deployed model under Microsoft-managed keys                     |
        | an upload under customer-managed keys                             |
        | a deployed model under customer-managed keys from the portal      |
        | a deployed model in a workspace made before customer-managed keys |

    Scenario Outline: A model is trained with either kind of key
      Given <start>
      When the customer trains the model "<model>" in "ws-prod"
      Then the request is accepted

      Examples:
        | start                                                             | model         |
        | an upload under Microsoft-managed keys                            | legal-en-de   |
        | an upload under customer-managed keys                             | legal-en-de   |
        | a deployed model under customer-managed keys from the portal      | support-en-de |
        | a deployed model in a workspace made before customer-managed keys | support-en-de |

    Scenario Outline: A model is deployed with either kind of key
      Given <start>
      When the customer deploys the model "legal-en-de"
      Then the request is accepted

      Examples:
        | start                                        |
        | a trained model under Microsoft-managed keys |
        | a trained model under customer-managed keys  |

    Scenario Outline: A model is deployed again with either kind of key
      Given <start> (model "legal-en-de")
      And the customer undeploys the model "legal-en-de"
      When the customer deploys the model "legal-en-de"
      Then the request is accepted
      And the model "legal-en-de" is deployed

      Examples:
        | start                                                             |
        | a deployed model under customer-managed keys from the portal      |
        | a deployed model in a workspace made before customer-managed keys |

    Scenario Outline: A model translates with either kind of key
      Given <start>
      When the customer translates with the model "legal-en-de"
      Then the request is accepted

      Examples:
        | start                                                             |
        | a deployed model under Microsoft-managed keys                     |
        | a deployed model under customer-managed keys                      |
        | a deployed model under customer-managed keys from the portal      |
        | a deployed model in a workspace made before customer-managed keys |

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

    @environment.create-resource
    Scenario: A new resource does not share the keys of one that is there
      Given a workspace under customer-managed keys (resource "translator-prod")
      When the customer creates the Translator resource "translator-test"
      Then "translator-test" uses Microsoft-managed keys
      And "translator-prod" uses customer-managed keys

  @encryption.section
  Rule: The portal shows an Encryption section on a tier that supports customer-managed keys

    @environment.create-resource
    Scenario Outline: Each kind of resource on a supporting tier shows the section
      When the customer creates the <kind> resource "translator-prod" on the "cmk-tier"
      Then the request is accepted
      And the Encryption section of "translator-prod" is shown in the portal

      Examples:
        | kind               |
        | Translator         |
        | Azure AI services  |
        | Cognitive Services |

    @keys.enable
    Scenario: The Encryption section stays once customer-managed keys are on
      Given a resource and a vault with a key
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal
      Then the Encryption section of "translator-prod" is shown in the portal
      And "translator-prod" uses customer-managed keys

    Scenario: The Encryption section stays once the key was given up
      Given a deployed model under customer-managed keys
      When the customer returns "translator-prod" to Microsoft-managed keys
      Then the Encryption section of "translator-prod" is shown in the portal

  @encryption.no-section
  Rule: The portal shows no Encryption section on a tier limited to Microsoft-managed keys

    @environment.create-resource
    Scenario: A resource on a limited tier shows no Encryption section
      When the customer creates the Translator resource "translator-prod" on the "basic-tier"
      Then the request is accepted
      And the Encryption section of "translator-prod" is not shown in the portal

  @encryption.tier
  Rule: A resource on a tier limited to Microsoft-managed keys keeps them

    @encryption.default-key
    Scenario Outline: A resource on a limited tier stays with Microsoft-managed keys
      Given <start>
      When the customer enables customer-managed keys for "<resource>" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then "<resource>" uses Microsoft-managed keys
      And "<resource>" has no key of its own

      Examples:
        | start                                                              | resource        | channel |
        | a resource on a limited tier with access to a key                  | translator-prod | portal  |
        | a resource on a limited tier with access to a key                  | translator-prod | API     |
        | a multi-service resource on a limited tier with access to a key    | translator-prod | portal  |
        | a multi-service resource on a limited tier with access to a key    | translator-prod | API     |
        | a resource on a limited tier beside one with customer-managed keys | translator-test | portal  |
        | a resource on a limited tier beside one with customer-managed keys | translator-test | API     |

  @encryption.tier-refused
  Rule: Enabling customer-managed keys is refused on a tier that does not support them

    Scenario: Enabling on a supporting tier is accepted
      Given an identity with access to the vault
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the API
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

    Scenario Outline: Enabling on a limited tier is refused
      Given <start>
      When the customer enables customer-managed keys for "<resource>" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is refused
      And nothing has changed

      Examples:
        | start                                                              | resource        | channel |
        | a resource on a limited tier with access to a key                  | translator-prod | portal  |
        | a resource on a limited tier with access to a key                  | translator-prod | API     |
        | a multi-service resource on a limited tier with access to a key    | translator-prod | portal  |
        | a multi-service resource on a limited tier with access to a key    | translator-prod | API     |
        | a resource on a limited tier beside one with customer-managed keys | translator-test | portal  |
        | a resource on a limited tier beside one with customer-managed keys | translator-test | API     |

  @encryption.double @attestation
  Rule: Customer-managed keys add a second layer of encryption
