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
  Rule: An undeployed model can be deployed again without training it again

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
  Rule: Recovering the key vault or granting access again redeploys no model

    Scenario Outline: The key is back and the model stays undeployed
      Given <situation> (model "<model>")
      When the customer <remedy>
      Then the request is accepted
      And the model "<model>" is undeployed

      Examples: Causes that the article states
        | situation                                        | remedy                                                                                                      | model         |
        | the access to the key has been revoked           | grants "translator-prod" access to the keys of "kv-prod"                                                    | legal-en-de   |
        | the access from the portal has been revoked      | enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal | legal-en-de   |
        | the vault has been deleted                       | recovers the vault "kv-prod"                                                                                | legal-en-de   |
        | all resources on the key have lost it            | recovers the vault "kv-prod"                                                                                | support-en-de |
        | the moved identity has access to the vault again | enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal | legal-en-de   |
        | the moved identity has access to the vault again | enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the API    | legal-en-de   |

      @restoration.data-readable
      Examples: The access is lost for the second time
        | situation                      | remedy                                                   | model       |
        | the access has been lost twice | grants "translator-prod" access to the keys of "kv-prod" | legal-en-de |

      Examples: Causes that we assume
        | situation                 | remedy                                   | model       |
        | the key has been deleted  | recovers the key "cmk-2048" of "kv-prod" | legal-en-de |
        | the key has been disabled | enables the key "cmk-2048" of "kv-prod"  | legal-en-de |

  @restoration.uploads-stay-deleted
  Rule: Restoring the key brings no uploaded document back

    Scenario Outline: The key is back and the upload stays deleted
      Given <situation> (document "<document>")
      When the customer <remedy>
      Then the request is accepted
      And the document "<document>" is deleted

      Examples: Causes that the article states
        | situation                                                | remedy                                                                                                      | document  |
        | the access to the key has been revoked                   | grants "translator-prod" access to the keys of "kv-prod"                                                    | contracts |
        | the access from the portal has been revoked              | enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal | contracts |
        | the managed identity has been disabled                   | enables the managed identity of "translator-prod"                                                           | contracts |
        | the managed identity has been disabled                   | enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal | contracts |
        | the managed identity has been disabled and enabled again | grants "translator-prod" access to the keys of "kv-prod"                                                    | contracts |
        | the vault has been deleted                               | recovers the vault "kv-prod"                                                                                | contracts |
        | all resources on the key have lost it                    | recovers the vault "kv-prod"                                                                                | manuals   |
        | the moved identity has access to the vault again         | enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal | contracts |
        | the moved identity has access to the vault again         | enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the API    | contracts |

      @restoration.data-readable
      Examples: The access is lost for the second time
        | situation                      | remedy                                                   | document |
        | the access has been lost twice | grants "translator-prod" access to the keys of "kv-prod" | manuals  |

      Examples: Causes that we assume
        | situation                 | remedy                                   | document  |
        | the key has been deleted  | recovers the key "cmk-2048" of "kv-prod" | contracts |
        | the key has been disabled | enables the key "cmk-2048" of "kv-prod"  | contracts |

  @restoration.data-readable
  Rule: Data that was only inaccessible can be read again once the key is back

    Scenario Outline: The key is back and the data can be read
      Given <situation> (workspace "<workspace>")
      When the customer <remedy>
      Then the request is accepted
      And the data of "<workspace>" is accessible

      @vault.access-policy
      Examples: Access is granted
        | situation                                                | remedy                                                   | workspace |
        | the access to the key has been revoked                   | grants "translator-prod" access to the keys of "kv-prod" | ws-prod   |
        | the managed identity has been disabled and enabled again | grants "translator-prod" access to the keys of "kv-prod" | ws-prod   |
        | an earlier workspace has lost its key                    | grants "translator-prod" access to the keys of "kv-prod" | ws-prod   |
        | the access has been lost twice                           | grants "translator-prod" access to the keys of "kv-prod" | ws-prod   |

      @vault.granted-with-keys
      Examples: The portal grants access again
        | situation                                   | remedy                                                                                                      | workspace |
        | the access from the portal has been revoked | enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal | ws-prod   |

      @vault.granted-with-keys @identity.enabled-with-keys
      Examples: The portal turns the identity on and grants access again
        | situation                              | remedy                                                                                                      | workspace |
        | the managed identity has been disabled | enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal | ws-prod   |

      @environment.recover-vault
      Examples: The vault is recovered
        | situation                             | remedy                       | workspace |
        | the vault has been deleted            | recovers the vault "kv-prod" | ws-prod   |
        | all resources on the key have lost it | recovers the vault "kv-prod" | ws-test   |

      @keys.enable
      Examples: Customer-managed keys are enabled again after a move
        | situation                                        | remedy                                                                                                      | workspace |
        | the moved identity has access to the vault again | enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the API    | ws-prod   |
        | the moved identity has access to the vault again | enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal | ws-prod   |

      @environment.recover-key
      Examples: The key is recovered
        | situation                | remedy                                   | workspace |
        | the key has been deleted | recovers the key "cmk-2048" of "kv-prod" | ws-prod   |

      @environment.enable-key
      Examples: The key is enabled
        | situation                 | remedy                                  | workspace |
        | the key has been disabled | enables the key "cmk-2048" of "kv-prod" | ws-prod   |

    Scenario Outline: One of two causes is mended and the data stays inaccessible
      Given <situation> (workspace "ws-prod")
      When the customer <remedy>
      Then the request is accepted
      And the data of "ws-prod" is inaccessible

      Examples:
        | situation                                         | remedy                                                   |
        | the access has been revoked and the vault deleted | recovers the vault "kv-prod"                             |
        | the access has been revoked and the key disabled  | enables the key "cmk-2048" of "kv-prod"                  |
        | the access has been revoked and the key disabled  | grants "translator-prod" access to the keys of "kv-prod" |
        | the access of three resources has been revoked    | grants "translator-test" access to the keys of "kv-prod" |

    Scenario Outline: Work goes on with what was restored
      Given the access to the key has been lost and granted again
      When the customer <work>
      Then the request is accepted

      Examples:
        | work                                        |
        | reads the data of "ws-prod"                 |
        | uploads the document "manuals" to "ws-prod" |
