Feature: Customer-managed keys
  Where a key has to be kept, which keys are accepted, and what can be done with them.

  @keys.opt-in
  Rule: Customer-managed keys are off until the customer enables them

    Scenario: Vault, key and access alone put no key in use
      Given a resource with an identity and a vault with a key
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is accepted
      And "translator-prod" uses Microsoft-managed keys

    Scenario: The identity alone puts no key in use
      Given a resource and a vault with a key
      When the customer enables the managed identity of "translator-prod"
      Then the request is accepted
      And "translator-prod" uses Microsoft-managed keys

    Scenario: The first workspace of a resource with access puts no key in use
      Given an identity with access to the vault
      When the customer creates the workspace "ws-prod" for "translator-prod"
      Then "translator-prod" uses Microsoft-managed keys
      And "translator-prod" has no key of its own

  @keys.enable
  Rule: Enabling customer-managed keys puts the chosen key in use

    Scenario Outline: The chosen key is in use once either channel has enabled it
      Given an identity with access to the vault
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is accepted
      And "translator-prod" uses customer-managed keys
      And "translator-prod" is encrypted with the key "cmk-2048" of "kv-prod"

      Examples:
        | channel |
        | portal  |
        | API     |

  @keys.create
  Rule: A key can be generated in the key vault

    Scenario: A generated key is active
      Given the customer creates the vault "kv-prod"
      When the customer generates the key "cmk-2048" in "kv-prod"
      Then the request is accepted
      And the key "cmk-2048" of "kv-prod" is active

    Scenario: A generated key changes nothing of what is there
      Given three resources that share a vault and a key
      When the customer generates the key "cmk-next" in "kv-prod"
      Then the key "cmk-next" of "kv-prod" is active
      And nothing else has changed

  @keys.import
  Rule: A key made elsewhere can be imported into the key vault

    Scenario: An imported key is active
      Given the customer creates the vault "kv-prod"
      When the customer imports the key "cmk-2048" into "kv-prod"
      Then the request is accepted
      And the key "cmk-2048" of "kv-prod" is active

    Scenario: An imported key changes nothing of what is there
      Given three resources that share a vault and a key
      When the customer imports the key "cmk-next" into "kv-prod"
      Then the key "cmk-next" of "kv-prod" is active
      And nothing else has changed

  @keys.any-origin
  Rule: Imported and generated keys are accepted alike

    @keys.enable
    Scenario Outline: A key of either origin is accepted
      Given access to an empty vault
      And the customer <makes> the key "cmk-2048" <where> "kv-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is accepted
      And "translator-prod" is encrypted with the key "cmk-2048" of "kv-prod"

      Examples:
        | makes     | where | channel |
        | generates | in    | portal  |
        | generates | in    | API     |
        | imports   | into  | portal  |
        | imports   | into  | API     |

  @keys.rotate
  Rule: A key can be rotated to a new version

    Scenario: Rotation makes a new version and changes nothing else
      Given customer-managed keys are on
      When the customer rotates the key "cmk-2048" of "kv-prod"
      Then the request is accepted
      And the key "cmk-2048" of "kv-prod" is at version 2
      And nothing else has changed

    Scenario: Rotating one of two keys leaves the other alone
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

    Scenario: A key that nothing uses is disabled
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

    Scenario: Disabling a key costs nothing that is under a rotated key of its vault
      Given a deployed model under a rotated key
      And the customer generates the key "cmk-next" in "kv-prod"
      When the customer disables the key "cmk-next" of "kv-prod"
      Then the key "cmk-next" of "kv-prod" is disabled
      And nothing else has changed

  @keys.audit @attestation
  Rule: The customer can audit the keys that protect their data

  @keys.use-logged
  Rule: Each use of the customer's key is recorded for audit

    Scenario Outline: An upload leaves an entry for the key and the resource
      Given <start> (resource "translator-prod", key "cmk-2048" of "kv-prod")
      When the customer uploads the document "manuals" to "ws-prod"
      Then the request is accepted
      And the use of the key "cmk-2048" of "kv-prod" is recorded for "translator-prod"

      Examples:
        | start                                                        |
        | a deployed model under customer-managed keys                 |
        | a deployed model under customer-managed keys from the portal |

    Scenario Outline: Reading data leaves an entry for the key and the resource
      Given <start> (resource "translator-prod", key "cmk-2048" of "kv-prod")
      When the customer reads the data of "ws-prod"
      Then the request is accepted
      And the use of the key "cmk-2048" of "kv-prod" is recorded for "translator-prod"

      Examples:
        | start                                                             |
        | a deployed model under customer-managed keys                      |
        | a deployed model in a workspace made before customer-managed keys |
        | a deployed model of a multi-service resource                      |

    Scenario: Training leaves an entry for the key and the resource
      Given a deployed model under customer-managed keys (resource "translator-prod", key "cmk-2048" of "kv-prod")
      When the customer trains the model "support-en-de" in "ws-prod"
      Then the request is accepted
      And the use of the key "cmk-2048" of "kv-prod" is recorded for "translator-prod"

    Scenario: A deployment leaves an entry for the key and the resource
      Given a trained model under customer-managed keys (resource "translator-prod", key "cmk-2048" of "kv-prod")
      When the customer deploys the model "legal-en-de"
      Then the request is accepted
      And the use of the key "cmk-2048" of "kv-prod" is recorded for "translator-prod"

    Scenario Outline: Translating leaves an entry for the key and the resource
      Given <start> (resource "<resource>", key "<key>" of "kv-prod")
      When the customer translates with the model "<model>"
      Then the request is accepted
      And the use of the key "<key>" of "kv-prod" is recorded for "<resource>"

      Examples:
        | model         | start                                                  | key      | resource        |
        | legal-en-de   | a deployed model under customer-managed keys           | cmk-2048 | translator-prod |
        | support-en-de | two resources, each with a key of its own in one vault | cmk-next | translator-test |

    Scenario: Work under Microsoft-managed keys uses no customer's key
      Given an upload under Microsoft-managed keys
      When the customer reads the data of "ws-prod"
      Then the request is accepted
      And no use of a key is recorded

  @keys.vault-only
  Rule: Only a key held in Azure Key Vault is put in use

    @encryption.default-key
    Scenario Outline: A key held elsewhere is not put in use
      Given a Translator resource
      When the customer enables customer-managed keys for "translator-prod" with a key held in another key store through the <channel>
      Then "translator-prod" uses Microsoft-managed keys
      And "translator-prod" has no key of its own

      Examples:
        | channel |
        | portal  |
        | API     |

    @keys.enable
    Scenario Outline: A key held elsewhere does not replace the one in use
      Given a deployed model under customer-managed keys (key "cmk-2048" of "kv-prod")
      When the customer enables customer-managed keys for "translator-prod" with a key held in another key store through the <channel>
      Then "translator-prod" is encrypted with the key "cmk-2048" of "kv-prod"

      Examples:
        | channel |
        | portal  |
        | API     |

  @keys.vault-only-refused
  Rule: Enabling customer-managed keys is refused for a key held anywhere but in Azure Key Vault

    Scenario Outline: A key held in a key vault is accepted
      Given an identity with access to the vault
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

      Examples:
        | channel |
        | portal  |
        | API     |

    Scenario Outline: A key held elsewhere is refused
      Given <start>
      When the customer enables customer-managed keys for "translator-prod" with a key held in another key store through the <channel>
      Then the request is refused
      And nothing has changed

      Examples:
        | start                                        | channel |
        | a Translator resource                        | portal  |
        | a Translator resource                        | API     |
        | a deployed model under customer-managed keys | portal  |
        | a deployed model under customer-managed keys | API     |

  @keys.managed-hsm
  Rule: Whether a key in a managed HSM is accepted is not specified

    Scenario: A key in a managed HSM may be accepted or refused
      Given a Translator resource
      When the customer enables customer-managed keys for "translator-prod" with a key held in a managed HSM through the API
      Then what happens is not specified

  @keys.controlled-in-vault @attestation
  Rule: The customer controls the key through their own key vault

  @keys.rsa-2048
  Rule: Only an RSA key of 2048 bits is put in use

    @encryption.default-key
    Scenario Outline: A key of another type or size is not put in use
      Given access to an empty vault
      And the customer <makes> the key "cmk-new" <where> "kv-prod" of type <type and size>
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-new" of "kv-prod" through the <channel>
      Then "translator-prod" uses Microsoft-managed keys
      And "translator-prod" has no key of its own

      Examples:
        | type and size         | makes     | where | channel |
        | RSA and 3072 bits     | generates | in    | portal  |
        | RSA and 4096 bits     | imports   | into  | API     |
        | RSA-HSM and 3072 bits | generates | in    | portal  |
        | EC and 256 bits       | generates | in    | portal  |
        | EC and 256 bits       | imports   | into  | API     |

    @encryption.default-key
    Scenario Outline: A rotated key of another size is not put in use
      Given access to a rotated key of another size
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-new" of "kv-prod" through the <channel>
      Then "translator-prod" uses Microsoft-managed keys
      And "translator-prod" has no key of its own

      Examples:
        | channel |
        | portal  |
        | API     |

    @keys.enable
    Scenario Outline: A key of another size does not replace the one in use
      Given customer-managed keys are on (key "cmk-2048" of "kv-prod")
      And the customer generates the key "cmk-new" in "kv-prod" of type RSA and 3072 bits
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-new" of "kv-prod" through the <channel>
      Then "translator-prod" is encrypted with the key "cmk-2048" of "kv-prod"

      Examples:
        | channel |
        | portal  |
        | API     |

  @keys.rsa-2048-refused
  Rule: Enabling customer-managed keys is refused for a key that is not RSA of 2048 bits

    Scenario Outline: An RSA key of 2048 bits is accepted
      Given access to an empty vault
      And the customer <makes> the key "cmk-new" <where> "kv-prod" of type RSA and 2048 bits
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-new" of "kv-prod" through the <channel>
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

      Examples:
        | makes     | where | channel |
        | generates | in    | portal  |
        | generates | in    | API     |
        | imports   | into  | portal  |
        | imports   | into  | API     |

    Scenario Outline: A key of another type or size is refused
      Given access to an empty vault
      And the customer <makes> the key "cmk-new" <where> "kv-prod" of type <type and size>
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-new" of "kv-prod" through the <channel>
      Then the request is refused
      And nothing has changed

      Examples: Generated
        | type and size         | makes     | where | channel |
        | RSA and 3072 bits     | generates | in    | portal  |
        | RSA and 3072 bits     | generates | in    | API     |
        | RSA and 4096 bits     | generates | in    | portal  |
        | RSA and 4096 bits     | generates | in    | API     |
        | RSA-HSM and 3072 bits | generates | in    | portal  |
        | RSA-HSM and 4096 bits | generates | in    | API     |
        | EC and 256 bits       | generates | in    | portal  |
        | EC and 521 bits       | generates | in    | API     |

      Examples: Imported
        | type and size     | makes   | where | channel |
        | RSA and 3072 bits | imports | into  | portal  |
        | RSA and 3072 bits | imports | into  | API     |
        | RSA and 4096 bits | imports | into  | API     |
        | EC and 256 bits   | imports | into  | portal  |
        | EC and 256 bits   | imports | into  | API     |

    Scenario Outline: A rotated key of another size is refused
      Given access to a rotated key of another size
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-new" of "kv-prod" through the <channel>
      Then the request is refused
      And nothing has changed

      Examples:
        | channel |
        | portal  |
        | API     |

  @keys.rsa-hsm
  Rule: Whether an RSA-HSM key of 2048 bits is accepted is not specified

    Scenario: An RSA-HSM key of the right size may be accepted or refused
      Given access to an empty vault
      And the customer generates the key "cmk-hsm" in "kv-prod" of type RSA-HSM and 2048 bits
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-hsm" of "kv-prod" through the API
      Then what happens is not specified

  @keys.shared
  Rule: One key vault can serve several resources

    @keys.enable
    Scenario Outline: A second resource gets the key that another one uses
      Given a second resource with access beside one with customer-managed keys (resource "translator-prod")
      When the customer enables customer-managed keys for "translator-test" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is accepted
      And "translator-test" is encrypted with the key "cmk-2048" of "kv-prod"
      And "translator-prod" is encrypted with the key "cmk-2048" of "kv-prod"

      Examples:
        | channel |
        | portal  |
        | API     |

    @keys.enable @keys.any-origin
    Scenario: A second resource gets an imported key that another one uses
      Given a deployed model of a multi-service resource (resource "translator-prod")
      And the customer creates the Translator resource "translator-test" in "eastus"
      When the customer enables customer-managed keys for "translator-test" with the key "cmk-2048" of "kv-prod" through the portal
      Then "translator-test" is encrypted with the key "cmk-2048" of "kv-prod"
      And "translator-prod" is encrypted with the key "cmk-2048" of "kv-prod"

  @keys.rotation-keeps-data
  Rule: Rotating the key makes nothing inaccessible

    @keys.rotate
    Scenario Outline: Uploads and models outlive a rotation
      Given <start>
      When the customer rotates the key "cmk-2048" of "kv-prod"
      Then the request is accepted
      And the key "cmk-2048" of "kv-prod" is at version <version>
      And nothing else has changed

      Examples:
        | start                                                        | version |
        | a deployed model under customer-managed keys                 |       2 |
        | a deployed model under customer-managed keys from the portal |       2 |
        | two resources that share a vault and a key                   |       2 |
        | a deployed model under a rotated key                         |       3 |

    @environment.create-workspace
    Scenario: A workspace can be made after a rotation
      Given a deployed model under a rotated key
      When the customer creates the workspace "ws-test" for "translator-prod"
      Then the request is accepted

  @keys.change
  Rule: Whether another key can replace the one in use is not specified

    Scenario Outline: Another key may be accepted or refused in place of the one in use
      Given customer-managed keys are on
      And the customer generates the key "cmk-next" in "kv-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-next" of "kv-prod" through the <channel>
      Then what happens is not specified

      Examples:
        | channel |
        | portal  |
        | API     |

    Scenario: Another key after a move to another tenant may be accepted or refused
      Given the moved identity has access to the vault again
      And the customer generates the key "cmk-next" in "kv-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-next" of "kv-prod" through the portal
      Then what happens is not specified

  @keys.enable-again
  Rule: Customer-managed keys can be enabled again with the same key

    Scenario: CMK is enabled again through the portal after the identity was off
      Given the managed identity has been disabled (resource "translator-prod")
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal
      Then the request is accepted
      And the managed identity of "translator-prod" is on

    @workspace.covered
    Scenario: CMK is enabled again through the portal after access was revoked
      Given the access to the key has been revoked (resource "translator-prod", vault "kv-prod", workspace "ws-prod")
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal
      Then the request is accepted
      And "translator-prod" has access to the keys of "kv-prod"
      And the workspace "ws-prod" is protected by customer-managed keys

  @keys.return
  Rule: A resource can go back to Microsoft-managed keys

    Scenario: A resource that gives up its key is back under Microsoft-managed keys
      Given a workspace under customer-managed keys (workspace "ws-prod")
      When the customer returns "translator-prod" to Microsoft-managed keys
      Then the request is accepted
      And "translator-prod" uses Microsoft-managed keys
      And the workspace "ws-prod" is protected by Microsoft-managed keys

    Scenario: Every workspace is back under Microsoft-managed keys
      Given a workspace under customer-managed keys (workspace "ws-prod")
      And the customer creates the workspace "ws-test" for "translator-prod"
      When the customer returns "translator-prod" to Microsoft-managed keys
      Then the workspace "ws-prod" is protected by Microsoft-managed keys
      And the workspace "ws-test" is protected by Microsoft-managed keys

    Scenario: The key given up is no longer used
      Given customer-managed keys are on
      When the customer returns "translator-prod" to Microsoft-managed keys
      Then the request is accepted
      And "translator-prod" has no key of its own

    Scenario: A resource that gave up its key can take another
      Given a deployed model whose resource went back to Microsoft-managed keys
      And the customer generates the key "cmk-next" in "kv-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-next" of "kv-prod" through the API
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

    Scenario: If one resource gives up its key, another keeps it
      Given two resources that share a vault and a key (resource "translator-test", workspace "ws-test")
      When the customer returns "translator-prod" to Microsoft-managed keys
      Then the request is accepted
      And "translator-test" uses customer-managed keys
      And the workspace "ws-test" is protected by customer-managed keys

    Scenario: Of three resources on a key one gives it up and the others keep it
      Given three resources that share a vault and a key (workspace "ws-prod", workspace "ws-test", workspace "ws-dev")
      When the customer returns "translator-test" to Microsoft-managed keys
      Then "translator-test" has no key of its own
      And the workspace "ws-prod" is protected by customer-managed keys
      And the workspace "ws-dev" is protected by customer-managed keys

    Scenario: Giving up the key brings back nothing that was lost
      Given the access to the key has been lost and granted again (document "contracts", model "legal-en-de")
      When the customer returns "translator-prod" to Microsoft-managed keys
      Then the document "contracts" is deleted
      And the model "legal-en-de" is undeployed

    @keys.enable @revocation.vault-deleted @environment.delete-vault @revocation.earlier-workspaces @revocation.data-inaccessible @revocation.undeploys @revocation.deletes-uploads
    Scenario: A key that was given up and is in use again can be lost again
      Given a deployed model whose resource left its key and enabled it again (workspace "ws-prod", document "contracts", model "legal-en-de")
      When the customer deletes the vault "kv-prod"
      Then the data of "ws-prod" is inaccessible
      And the model "legal-en-de" is undeployed
      And the document "contracts" is deleted

    Scenario: Giving up the key costs an earlier workspace nothing
      Given a deployed model in a workspace made before customer-managed keys (workspace "ws-prod", document "contracts", model "legal-en-de")
      When the customer returns "translator-prod" to Microsoft-managed keys
      Then the data of "ws-prod" is accessible
      And the document "contracts" is kept
      And the model "legal-en-de" is deployed

    Scenario: Deleting the vault of a key that was given up costs nothing
      Given a deployed model whose resource went back to Microsoft-managed keys (workspace "ws-prod", document "contracts", model "legal-en-de")
      When the customer deletes the vault "kv-prod"
      Then the data of "ws-prod" is accessible
      And the model "legal-en-de" is deployed
      And the document "contracts" is kept

    Scenario: Disabling a key that was given up costs nothing
      Given a deployed model whose resource went back to Microsoft-managed keys (workspace "ws-prod", document "contracts", model "legal-en-de")
      When the customer disables the key "cmk-2048" of "kv-prod"
      Then the data of "ws-prod" is accessible
      And the model "legal-en-de" is deployed
      And the document "contracts" is kept

    Scenario: Revoking access to a key that was given up costs nothing
      Given a deployed model whose resource went back to Microsoft-managed keys (workspace "ws-prod", document "contracts", model "legal-en-de")
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the data of "ws-prod" is accessible
      And the model "legal-en-de" is deployed
      And the document "contracts" is kept

  @keys.return-while-inaccessible
  Rule: Whether a resource can give up a key that is inaccessible is not specified

    Scenario: Giving up an inaccessible key may be accepted or refused
      Given the access to the key has been revoked
      When the customer returns "translator-prod" to Microsoft-managed keys
      Then what happens is not specified
