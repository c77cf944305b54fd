Feature: Customer-managed keys
  Where a key has to be kept, which keys are accepted, and what can be done with them.

  @keys.opt-in
  Rule: Customer-managed keys are off until the customer enables them

    Scenario: Vault, key and access alone turn nothing on
      Given a resource and a vault with a key
      And the customer enables the managed identity of "translator"
      When the customer grants "translator" access to the keys of "vault"
      Then the request is accepted
      And "translator" uses Microsoft-managed keys

  @keys.enable
  Rule: Enabling customer-managed keys puts the chosen key in use

    Scenario Outline: Enabling through each channel
      Given an identity with access to the vault
      When the customer enables customer-managed keys for "translator" with the key "key" of "vault" through the <channel>
      Then the request is accepted
      And "translator" uses customer-managed keys
      And "translator" is encrypted with the key "key" of "vault"

      Examples:
        | channel |
        | portal  |
        | API     |

    Scenario: Enabling what is already on
      Given customer-managed keys are on
      When the customer enables customer-managed keys for "translator" with the key "key" of "vault"
      Then the request is accepted
      And nothing has changed

  @keys.create
  Rule: A key can be generated in the key vault

    Scenario: A generated key
      Given the customer creates the vault "vault"
      When the customer generates the key "key" in "vault"
      Then the request is accepted
      And the key "key" of "vault" is active
      And the key "key" of "vault" is enabled

  @keys.import
  Rule: A key made elsewhere can be imported into the key vault

    Scenario: An imported key
      Given the customer creates the vault "vault"
      When the customer imports the key "key" into "vault"
      Then the request is accepted
      And the key "key" of "vault" is active
      And the key "key" of "vault" is enabled

    Scenario: An imported key keeps its type and size
      Given the customer creates the vault "vault"
      When the customer imports the key "key" into "vault" of type RSA-HSM and 3072 bits
      Then the key "key" of "vault" is of type RSA-HSM
      And the key "key" of "vault" has 3072 bits

  @keys.any-origin
  Rule: Imported and generated keys are accepted alike

    @keys.enable
    Scenario Outline: Enabling with a key of either origin
      Given a resource and an empty vault
      And the customer <origin>
      When the customer enables customer-managed keys for "translator" with the key "key" of "vault"
      Then the request is accepted
      And "translator" is encrypted with the key "key" of "vault"

      Examples:
        | origin                               |
        | generates the key "key" in "vault"   |
        | imports the key "key" into "vault"   |

  @keys.rotate
  Rule: A key can be rotated to a new version

    Scenario: Rotating the key in use
      Given customer-managed keys are on
      When the customer rotates the key "key" of "vault"
      Then the request is accepted
      And the key "key" of "vault" is at version 2
      And nothing else has changed

    Scenario: Rotating one of two keys
      Given a vault with a key
      And the customer generates the key "other-key" in "vault"
      When the customer rotates the key "other-key" of "vault"
      Then the key "other-key" of "vault" is at version 2
      And nothing else has changed

    Scenario: Rotating a key leaves its namesake in another vault alone
      Given two vaults, each with a key of the same name
      When the customer rotates the key "key" of "other-vault"
      Then the key "key" of "other-vault" is at version 2
      And nothing else has changed

  @keys.disable
  Rule: A key can be disabled

    Scenario: Disabling a key that nothing uses
      Given a vault with a key
      When the customer disables the key "key" of "vault"
      Then the request is accepted
      And the key "key" of "vault" is disabled
      And nothing else has changed

    Scenario: Disabling a key leaves its namesake in another vault alone
      Given two vaults, each with a key of the same name
      When the customer disables the key "key" of "other-vault"
      Then the key "key" of "other-vault" is disabled
      And nothing else has changed

  @keys.audit @attestation
  Rule: The customer can audit the keys that protect their data

  @keys.use-logged
  Rule: Each use of the customer's key is recorded for audit

    Scenario Outline: Work that uses the customer's key
      Given a deployed model under customer-managed keys
      When <work>
      Then the request is accepted
      And the use of the key "key" of "vault" is recorded for "translator"

      Examples:
        | work                                                              |
        | the customer uploads the document "other-document" to "workspace" |
        | the customer reads the data of "workspace"                        |
        | the customer trains the model "other-model" in "workspace"        |
        | the customer deploys the model "model"                            |
        | the customer translates with the model "model"                    |

    Scenario: Work under Microsoft-managed keys uses no customer's key
      Given an upload under Microsoft-managed keys
      When the customer reads the data of "workspace"
      Then the request is accepted
      And no use of a key is recorded

  @keys.vault-only
  Rule: A key held anywhere but in Azure Key Vault is refused

    Scenario: A key held in a key vault
      Given a resource and a vault with a key
      When the customer enables customer-managed keys for "translator" with the key "key" of "vault"
      Then the request is accepted

    Scenario: A key held elsewhere is refused
      Given a Translator resource
      When the customer enables customer-managed keys for "translator" with a key held in another key store
      Then the request is refused
      And nothing has changed

  @keys.managed-hsm
  Rule: Whether a key in a managed HSM is accepted is not specified

    Scenario: Enabling with a key in a managed HSM
      Given a Translator resource
      When the customer enables customer-managed keys for "translator" with a key held in a managed HSM
      Then what happens is not specified

  @keys.controlled-in-vault @attestation
  Rule: The customer controls the key through their own key vault

  @keys.rsa-2048
  Rule: Only an RSA key of 2048 bits is accepted

    Scenario: An RSA key of 2048 bits
      Given a resource and an empty vault
      And the customer generates the key "key" in "vault" of type RSA and 2048 bits
      When the customer enables customer-managed keys for "translator" with the key "key" of "vault"
      Then the request is accepted

    Scenario Outline: A key of another type or size
      Given a resource and an empty vault
      And the customer generates the key "key" in "vault" of type <type and size>
      When the customer enables customer-managed keys for "translator" with the key "key" of "vault"
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
      And the customer imports the key "key" into "vault" of type RSA and 2048 bits
      When the customer enables customer-managed keys for "translator" with the key "key" of "vault"
      Then the request is accepted

    Scenario Outline: An imported key of another type or size
      Given a resource and an empty vault
      And the customer imports the key "key" into "vault" of type <type and size>
      When the customer enables customer-managed keys for "translator" with the key "key" of "vault"
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
      And the customer generates the key "key" in "vault" of type RSA-HSM and 2048 bits
      When the customer enables customer-managed keys for "translator" with the key "key" of "vault"
      Then what happens is not specified

  @keys.rotation-keeps-data
  Rule: Rotating the key makes nothing inaccessible

    @keys.rotate
    Scenario: Uploads and models outlive a rotation
      Given a deployed model under customer-managed keys
      When the customer rotates the key "key" of "vault"
      Then the request is accepted
      And the key "key" of "vault" is at version 2
      And nothing else has changed

  @keys.change
  Rule: Whether another key can replace the one in use is not specified

    Scenario: Enabling again with another key
      Given customer-managed keys are on
      And the customer generates the key "other-key" in "vault"
      When the customer enables customer-managed keys for "translator" with the key "other-key" of "vault"
      Then what happens is not specified

  @keys.return
  Rule: A resource can go back to Microsoft-managed keys

    Scenario: Giving up customer-managed keys
      Given a workspace under customer-managed keys
      When the customer returns "translator" to Microsoft-managed keys
      Then the request is accepted
      And "translator" uses Microsoft-managed keys
      And the workspace "workspace" is protected by Microsoft-managed keys

    Scenario: Giving up customer-managed keys with two workspaces
      Given a workspace under customer-managed keys
      And the customer creates the workspace "other-workspace" for "translator"
      When the customer returns "translator" to Microsoft-managed keys
      Then the workspace "workspace" is protected by Microsoft-managed keys
      And the workspace "other-workspace" is protected by Microsoft-managed keys

    Scenario: The key given up is no longer used
      Given customer-managed keys are on
      When the customer returns "translator" to Microsoft-managed keys
      Then the request is accepted
      And "translator" has no key of its own

    Scenario: Another resource keeps its key
      Given two resources that share a vault and a key
      When the customer returns "translator" to Microsoft-managed keys
      Then the request is accepted
      And "other-translator" uses customer-managed keys
      And the workspace "other-workspace" is protected by customer-managed keys

  @keys.return-out-of-reach
  Rule: Whether a resource can give up a key that is inaccessible is not specified

    Scenario: Giving up a key that cannot be reached
      Given the access to the key has been revoked
      When the customer returns "translator" to Microsoft-managed keys
      Then what happens is not specified
