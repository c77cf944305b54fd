Feature: Customer-managed keys
  Where a key has to be kept, which keys are accepted, and what can be done with them.

  @keys.opt-in
  Rule: Customer-managed keys are off until the customer enables them

    Scenario: Vault, key and access alone turn nothing on
      Given a resource and a vault with a key
      And the customer enables the managed identity of "translator-prod"
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is accepted
      And "translator-prod" uses Microsoft-managed keys

  @keys.enable
  Rule: Enabling customer-managed keys puts the chosen key in use

    Scenario Outline: Enabling through each channel
      Given an identity with access to the vault
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is accepted
      And "translator-prod" uses customer-managed keys
      And "translator-prod" is encrypted with the key "cmk-2048" of "kv-prod"

      Examples:
        | channel |
        | portal  |
        | API     |

    Scenario: Enabling what is already on
      Given customer-managed keys are on
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is accepted
      And nothing has changed

  @keys.create
  Rule: A key can be generated in the key vault

    Scenario: A generated key
      Given the customer creates the vault "kv-prod"
      When the customer generates the key "cmk-2048" in "kv-prod"
      Then the request is accepted
      And the key "cmk-2048" of "kv-prod" is active

  @keys.import
  Rule: A key made elsewhere can be imported into the key vault

    Scenario: An imported key
      Given the customer creates the vault "kv-prod"
      When the customer imports the key "cmk-2048" into "kv-prod"
      Then the request is accepted
      And the key "cmk-2048" of "kv-prod" is active

  @keys.any-origin
  Rule: Imported and generated keys are accepted alike

    @keys.enable
    Scenario Outline: Enabling with a key of either origin
      Given a resource and an empty vault
      And the customer <origin>
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is accepted
      And "translator-prod" is encrypted with the key "cmk-2048" of "kv-prod"

      Examples:
        | origin                               |
        | generates the key "cmk-2048" in "kv-prod"   |
        | imports the key "cmk-2048" into "kv-prod"   |

  @keys.rotate
  Rule: A key can be rotated to a new version

    Scenario: Rotating the key in use
      Given customer-managed keys are on
      When the customer rotates the key "cmk-2048" of "kv-prod"
      Then the request is accepted
      And the key "cmk-2048" of "kv-prod" is at version 2
      And nothing else has changed

    Scenario: Rotating one of two keys
      Given a vault with a key
      And the customer generates the key "cmk-next" in "kv-prod"
      When the customer rotates the key "cmk-next" of "kv-prod"
      Then the key "cmk-next" of "kv-prod" is at version 2
      And nothing else has changed

    Scenario: Rotating a key leaves its namesake in another vault alone
      Given two vaults, each with a key of the same name
      When the customer rotates the key "cmk-2048" of "kv-test"
      Then the key "cmk-2048" of "kv-test" is at version 2
      And nothing else has changed

  @keys.disable
  Rule: A key can be disabled

    Scenario: Disabling a key that nothing uses
      Given a vault with a key
      When the customer disables the key "cmk-2048" of "kv-prod"
      Then the request is accepted
      And the key "cmk-2048" of "kv-prod" is disabled
      And nothing else has changed

    Scenario: Disabling a key leaves its namesake in another vault alone
      Given two vaults, each with a key of the same name
      When the customer disables the key "cmk-2048" of "kv-test"
      Then the key "cmk-2048" of "kv-test" is disabled
      And nothing else has changed

  @keys.audit @attestation
  Rule: The customer can audit the keys that protect their data

  @keys.use-logged
  Rule: Each use of the customer's key is recorded for audit

    Scenario Outline: Work that uses the customer's key
      Given a deployed model under customer-managed keys
      When <work>
      Then the request is accepted
      And the use of the key "cmk-2048" of "kv-prod" is recorded for "translator-prod"

      Examples:
        | work                                                              |
        | the customer uploads the document "manuals" to "ws-prod" |
        | the customer reads the data of "ws-prod"                        |
        | the customer trains the model "support-en-de" in "ws-prod"        |
        | the customer deploys the model "legal-en-de"                            |
        | the customer translates with the model "legal-en-de"                    |

    Scenario: Work under Microsoft-managed keys uses no customer's key
      Given an upload under Microsoft-managed keys
      When the customer reads the data of "ws-prod"
      Then the request is accepted
      And no use of a key is recorded

  @keys.vault-only
  Rule: A key held anywhere but in Azure Key Vault is refused

    Scenario: A key held in a key vault
      Given a resource and a vault with a key
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is accepted

    Scenario: A key held elsewhere is refused
      Given a Translator resource
      When the customer enables customer-managed keys for "translator-prod" with a key held in another key store
      Then the request is refused
      And nothing has changed

  @keys.managed-hsm
  Rule: Whether a key in a managed HSM is accepted is not specified

    Scenario: Enabling with a key in a managed HSM
      Given a Translator resource
      When the customer enables customer-managed keys for "translator-prod" with a key held in a managed HSM
      Then what happens is not specified

  @keys.controlled-in-vault @attestation
  Rule: The customer controls the key through their own key vault

  @keys.rsa-2048
  Rule: Only an RSA key of 2048 bits is accepted

    Scenario: An RSA key of 2048 bits
      Given a resource and an empty vault
      And the customer generates the key "cmk-2048" in "kv-prod" of type RSA and 2048 bits
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is accepted

    Scenario Outline: A key of another type or size
      Given a resource and an empty vault
      And the customer generates the key "cmk-2048" in "kv-prod" of type <type and size>
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is refused
      And nothing has changed

      Examples:
        | type and size         |
        | RSA and 3072 bits     |
        | RSA and 4096 bits     |
        | RSA-HSM and 3072 bits |
        | RSA-HSM and 4096 bits |
        | EC and 256 bits       |
        | EC and 521 bits       |
        | oct and 256 bits      |

    Scenario: An imported RSA key of 2048 bits
      Given a resource and an empty vault
      And the customer imports the key "cmk-2048" into "kv-prod" of type RSA and 2048 bits
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is accepted

    Scenario Outline: An imported key of another type or size
      Given a resource and an empty vault
      And the customer imports the key "cmk-2048" into "kv-prod" of type <type and size>
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is refused
      And nothing has changed

      Examples:
        | type and size     |
        | RSA and 3072 bits |
        | RSA and 4096 bits |
        | EC and 256 bits   |

  @keys.rsa-hsm
  Rule: Whether an RSA-HSM key of 2048 bits is accepted is not specified

    Scenario: Enabling with an RSA-HSM key of the right size
      Given a resource and an empty vault
      And the customer generates the key "cmk-2048" in "kv-prod" of type RSA-HSM and 2048 bits
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then what happens is not specified

  @keys.rotation-keeps-data
  Rule: Rotating the key makes nothing inaccessible

    @keys.rotate
    Scenario: Uploads and models outlive a rotation
      Given a deployed model under customer-managed keys
      When the customer rotates the key "cmk-2048" of "kv-prod"
      Then the request is accepted
      And the key "cmk-2048" of "kv-prod" is at version 2
      And nothing else has changed

  @keys.change
  Rule: Whether another key can replace the one in use is not specified

    Scenario: Enabling again with another key
      Given customer-managed keys are on
      And the customer generates the key "cmk-next" in "kv-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-next" of "kv-prod"
      Then what happens is not specified

  @keys.return
  Rule: A resource can go back to Microsoft-managed keys

    Scenario: Giving up customer-managed keys
      Given a workspace under customer-managed keys
      When the customer returns "translator-prod" to Microsoft-managed keys
      Then the request is accepted
      And "translator-prod" uses Microsoft-managed keys
      And the workspace "ws-prod" is protected by Microsoft-managed keys

    Scenario: Giving up customer-managed keys with two workspaces
      Given a workspace under customer-managed keys
      And the customer creates the workspace "ws-test" for "translator-prod"
      When the customer returns "translator-prod" to Microsoft-managed keys
      Then the workspace "ws-prod" is protected by Microsoft-managed keys
      And the workspace "ws-test" is protected by Microsoft-managed keys

    Scenario: The key given up is no longer used
      Given customer-managed keys are on
      When the customer returns "translator-prod" to Microsoft-managed keys
      Then the request is accepted
      And "translator-prod" has no key of its own

    Scenario: Another resource keeps its key
      Given two resources that share a vault and a key
      When the customer returns "translator-prod" to Microsoft-managed keys
      Then the request is accepted
      And "translator-test" uses customer-managed keys
      And the workspace "ws-test" is protected by customer-managed keys

  @keys.return-while-inaccessible
  Rule: Whether a resource can give up a key that is inaccessible is not specified

    Scenario: Giving up a key that cannot be reached
      Given the access to the key has been revoked
      When the customer returns "translator-prod" to Microsoft-managed keys
      Then what happens is not specified
