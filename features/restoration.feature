Feature: After the key is back
  Some of the data can be read again.  What was deleted or undeployed stays so.

  @restoration.no-redeploy
  Rule: Enabling the managed identity again redeploys no model

    Scenario: A model stays undeployed when the identity is on again
      Given the managed identity has been disabled (model "legal-en-de")
      When the customer enables the managed identity of "translator-prod"
      Then the request is accepted
      And the model "legal-en-de" is undeployed

    @identity.enabled-with-keys
    Scenario: A model stays undeployed when the portal turns the identity on again
      Given the managed identity has been disabled (model "legal-en-de")
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal
      Then the managed identity of "translator-prod" is on
      And the model "legal-en-de" is undeployed

    Scenario: A model stays undeployed when the identity has access again
      Given the managed identity has been disabled and enabled again (model "legal-en-de")
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is accepted
      And the model "legal-en-de" is undeployed

  @restoration.redeploy
  Rule: A model undeployed with the identity can be deployed again without training it again

    @restoration.data-readable @environment.deploy @vault.access-policy
    Scenario: A model can be deployed by hand once the identity has access
      Given the managed identity has been disabled and enabled again (model "legal-en-de")
      And the customer grants "translator-prod" access to the keys of "kv-prod"
      When the customer deploys the model "legal-en-de"
      Then the request is accepted
      And the model "legal-en-de" is deployed

  @restoration.redeploy-otherwise
  Rule: After any other loss a model can be deployed again without training it again

    @restoration.data-readable @environment.deploy
    Scenario: A model can be deployed again by hand
      Given the access to the key has been lost and granted again
      When the customer deploys the model "legal-en-de"
      Then the request is accepted
      And the model "legal-en-de" is deployed

    @restoration.data-readable @environment.deploy @keys.rotation-keeps-data
    Scenario: A model can be deployed again under a rotated key
      Given the access to the key has been lost and granted again
      And the customer rotates the key "cmk-2048" of "kv-prod"
      When the customer deploys the model "legal-en-de"
      Then the request is accepted
      And the model "legal-en-de" is deployed

  @restoration.no-redeploy-otherwise
  Rule: However else the key comes back, no model is redeployed

    Scenario Outline: Access is granted again and the model stays undeployed
      Given <situation> (model "legal-en-de")
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is accepted
      And the model "legal-en-de" is undeployed

      Examples: The access is lost once
        | situation                              |
        | the access to the key has been revoked |

      @restoration.data-readable
      Examples: The access is lost for the second time
        | situation                      |
        | the access has been lost twice |

    Scenario Outline: CMK is enabled again and the model stays undeployed
      Given <situation> (model "legal-en-de")
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is accepted
      And the model "legal-en-de" is undeployed

      Examples:
        | situation                                        | channel |
        | the access from the portal has been revoked      | portal  |
        | the moved identity has access to the vault again | portal  |
        | the moved identity has access to the vault again | API     |

    Scenario Outline: The vault is recovered and the model stays undeployed
      Given <situation> (model "<model>")
      When the customer recovers the vault "kv-prod"
      Then the request is accepted
      And the model "<model>" is undeployed

      Examples:
        | situation                             | model         |
        | the vault has been deleted            | legal-en-de   |
        | all resources on the key have lost it | support-en-de |

    Scenario: The key is recovered and the model stays undeployed
      Given the key has been deleted (model "legal-en-de")
      When the customer recovers the key "cmk-2048" of "kv-prod"
      Then the request is accepted
      And the model "legal-en-de" is undeployed

    Scenario: The key is enabled again and the model stays undeployed
      Given the key has been disabled (model "legal-en-de")
      When the customer enables the key "cmk-2048" of "kv-prod"
      Then the request is accepted
      And the model "legal-en-de" is undeployed

    Scenario: The vault uses access policies again and the model stays undeployed
      Given the vault of the key has been switched to Azure RBAC (model "legal-en-de")
      When the customer switches the vault "kv-prod" to access policies
      Then the request is accepted
      And the model "legal-en-de" is undeployed

  @restoration.uploads-stay-deleted
  Rule: Restoring the key brings no uploaded document back

    Scenario Outline: Access is granted again and the upload stays deleted
      Given <situation> (document "<document>")
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is accepted
      And the document "<document>" is deleted

      Examples: The access is lost once
        | situation                                                | document  |
        | the access to the key has been revoked                   | contracts |
        | the managed identity has been disabled and enabled again | contracts |

      @restoration.data-readable
      Examples: The access is lost for the second time
        | situation                      | document |
        | the access has been lost twice | manuals  |

    Scenario: The identity is on again and the upload stays deleted
      Given the managed identity has been disabled (document "contracts")
      When the customer enables the managed identity of "translator-prod"
      Then the request is accepted
      And the document "contracts" is deleted

    Scenario Outline: CMK is enabled again and the upload stays deleted
      Given <situation> (document "contracts")
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is accepted
      And the document "contracts" is deleted

      Examples:
        | situation                                   | channel |
        | the access from the portal has been revoked | portal  |
        | the managed identity has been disabled      | portal  |

    Scenario Outline: The vault is recovered and the upload stays deleted
      Given <situation> (document "<document>")
      When the customer recovers the vault "kv-prod"
      Then the request is accepted
      And the document "<document>" is deleted

      Examples:
        | situation                             | document  |
        | the vault has been deleted            | contracts |
        | all resources on the key have lost it | manuals   |

    Scenario Outline: Access is granted again and the upload stays deleted wherever it was
      Given <start> (document "<document>")
      And the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is accepted
      And the document "<document>" is deleted

      Examples: For another kind of resource, key and place
        | start                                               | document  |
        | a deployed model of a multi-service resource        | contracts |
        | a second workspace at work                          | manuals   |
        | a new workspace after access was lost               | manuals   |
        | a deployed model under a rotated key                | contracts |
        | a deployed model and a role on the vault of its key | contracts |

      @revocation.earlier-workspaces
      Examples: In a workspace made before enabling
        | start                                                             | document  |
        | a deployed model in a workspace made before customer-managed keys | contracts |

    Scenario: Access is granted again and every upload stays deleted
      Given the access to two documents has been revoked (document "contracts", document "manuals")
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is accepted
      And the document "contracts" is deleted
      And the document "manuals" is deleted

    @revocation.earlier-workspaces
    Scenario: Access is granted again and no earlier or later upload is back
      Given the access to earlier and later workspaces has been revoked (document "manuals", document "contracts")
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is accepted
      And the document "manuals" is deleted
      And the document "contracts" is deleted

    Scenario Outline: The identity has access again and the upload stays deleted
      Given <situation> (document "<document>")
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is accepted
      And the document "<document>" is deleted

      Examples: Through the portal, and for another kind of resource, key and place
        | situation                                        | document  |
        | the identity from the portal was off             | contracts |
        | the identity of a multi-service resource was off | contracts |
        | the identity of two workspaces was off           | manuals   |
        | the identity was off after access was lost       | manuals   |
        | the identity was off under a rotated key         | contracts |

      @revocation.earlier-workspaces
      Examples: In a workspace made before enabling
        | situation                                            | document  |
        | the identity of an earlier workspace was off         | contracts |
        | the identity of earlier and later workspaces was off | contracts |

    Scenario Outline: The vault is recovered and the upload stays deleted wherever it was
      Given <start> (document "<document>")
      And the customer deletes the vault "kv-prod"
      When the customer recovers the vault "kv-prod"
      Then the request is accepted
      And the document "<document>" is deleted

      Examples: Through the portal, and for another kind of resource, key and place
        | start                                                        | document  |
        | a deployed model under customer-managed keys from the portal | contracts |
        | a deployed model of a multi-service resource                 | contracts |
        | a second workspace at work                                   | manuals   |
        | two resources, each with a key of its own in one vault       | manuals   |
        | a new workspace after access was lost                        | manuals   |
        | a deployed model under a rotated key                         | contracts |

      @revocation.earlier-workspaces
      Examples: In a workspace made before enabling
        | start                                                             | document  |
        | a deployed model in a workspace made before customer-managed keys | contracts |
        | workspaces made before and after the portal enabled CMK           | contracts |

  @restoration.uploads-stay-deleted-otherwise
  Rule: Restoring the key by other means brings no uploaded document back either

    Scenario: The key is recovered and the upload stays deleted
      Given the key has been deleted (document "contracts")
      When the customer recovers the key "cmk-2048" of "kv-prod"
      Then the request is accepted
      And the document "contracts" is deleted

    Scenario: The key is enabled again and the upload stays deleted
      Given the key has been disabled (document "contracts")
      When the customer enables the key "cmk-2048" of "kv-prod"
      Then the request is accepted
      And the document "contracts" is deleted

    Scenario: The vault uses access policies again and the upload stays deleted
      Given the vault of the key has been switched to Azure RBAC (document "contracts")
      When the customer switches the vault "kv-prod" to access policies
      Then the request is accepted
      And the document "contracts" is deleted

    Scenario Outline: CMK is enabled again after a move and the upload stays deleted
      Given the moved identity has access to the vault again (document "contracts")
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is accepted
      And the document "contracts" is deleted

      Examples:
        | channel |
        | portal  |
        | API     |

  @restoration.data-readable
  Rule: Data that was only inaccessible can be read again once the key is back

    @vault.access-policy
    Scenario Outline: Access is granted again and the data can be read
      Given <situation> (workspace "ws-prod")
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is accepted
      And the data of "ws-prod" is accessible

      Examples:
        | situation                                                |
        | the access to the key has been revoked                   |
        | the managed identity has been disabled and enabled again |
        | an earlier workspace has lost its key                    |
        | the access has been lost twice                           |

    Scenario Outline: CMK is enabled again and the data can be read
      Given <situation> (workspace "ws-prod")
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is accepted
      And the data of "ws-prod" is accessible

      @vault.granted-with-keys
      Examples: The portal grants access again
        | situation                                   | channel |
        | the access from the portal has been revoked | portal  |

      @vault.granted-with-keys @identity.enabled-with-keys
      Examples: The portal turns the identity on and grants access again
        | situation                              | channel |
        | the managed identity has been disabled | portal  |

      @keys.enable
      Examples: Customer-managed keys are enabled again after a move
        | situation                                        | channel |
        | the moved identity has access to the vault again | API     |
        | the moved identity has access to the vault again | portal  |

    @environment.recover-vault
    Scenario Outline: The vault is recovered and the data can be read
      Given <situation> (workspace "<workspace>")
      When the customer recovers the vault "kv-prod"
      Then the request is accepted
      And the data of "<workspace>" is accessible

      Examples:
        | situation                             | workspace |
        | the vault has been deleted            | ws-prod   |
        | all resources on the key have lost it | ws-test   |

    @environment.recover-key
    Scenario: The key is recovered and the data can be read
      Given the key has been deleted (workspace "ws-prod")
      When the customer recovers the key "cmk-2048" of "kv-prod"
      Then the request is accepted
      And the data of "ws-prod" is accessible

    @environment.enable-key
    Scenario: The key is enabled again and the data can be read
      Given the key has been disabled (workspace "ws-prod")
      When the customer enables the key "cmk-2048" of "kv-prod"
      Then the request is accepted
      And the data of "ws-prod" is accessible

    @environment.policies-ignored
    Scenario Outline: The vault uses access policies again and the data can be read
      Given <situation> (workspace "ws-prod")
      When the customer switches the vault "kv-prod" to access policies
      Then the request is accepted
      And the data of "ws-prod" is accessible

      Examples:
        | situation                                                               |
        | the vault of the key has been switched to Azure RBAC                    |
        | the vault of an earlier workspace's key has been switched to Azure RBAC |

    Scenario: Data that was restored is read
      Given the access to the key has been lost and granted again
      When the customer reads the data of "ws-prod"
      Then the request is accepted

    Scenario: A workspace that was restored takes an upload
      Given the access to the key has been lost and granted again
      When the customer uploads the document "manuals" to "ws-prod"
      Then the request is accepted

    Scenario: Without access, a recovered vault leaves the data inaccessible
      Given the access has been revoked and the vault deleted (workspace "ws-prod")
      When the customer recovers the vault "kv-prod"
      Then the request is accepted
      And the data of "ws-prod" is inaccessible

    Scenario: Without access, an enabled key leaves the data inaccessible
      Given the access has been revoked and the key disabled (workspace "ws-prod")
      When the customer enables the key "cmk-2048" of "kv-prod"
      Then the request is accepted
      And the data of "ws-prod" is inaccessible

    Scenario: While the key is disabled, access leaves the data inaccessible
      Given the access has been revoked and the key disabled (workspace "ws-prod")
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is accepted
      And the data of "ws-prod" is inaccessible

    Scenario: The access of another resource leaves the data inaccessible
      Given the access of three resources has been revoked (workspace "ws-prod")
      When the customer grants "translator-test" access to the keys of "kv-prod"
      Then the request is accepted
      And the data of "ws-prod" is inaccessible
