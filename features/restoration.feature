Feature: After the key is back
  Some of the data can be read again.  What was deleted or undeployed stays so.

  @restoration.no-redeploy
  Rule: Enabling the managed identity again redeploys no model

    Scenario: The identity is on again
      Given the managed identity has been disabled
      When the customer enables the managed identity of "translator-prod"
      Then the request is accepted
      And the model "legal-en-de" is undeployed

    Scenario: The identity is on again and has access again
      Given the managed identity has been disabled and enabled again
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is accepted
      And the model "legal-en-de" is undeployed

  @restoration.no-redeploy-otherwise
  Rule: Nor does recovering the key vault or granting access again redeploy a model

    Scenario Outline: The key is back and the model is not
      Given <situation>
      When <remedy>
      Then the request is accepted
      And the model "legal-en-de" is undeployed

      Examples: Causes that the article states
        | situation                                        | remedy                                                                                    |
        | the access to the key has been revoked           | the customer grants "translator-prod" access to the keys of "kv-prod"                            |
        | the vault has been deleted                       | the customer recovers the vault "kv-prod"                                                   |
        | the moved identity has access to the vault again | the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" |

      Examples: Causes that we assume
        | situation                 | remedy                                         |
        | the key has been deleted  | the customer recovers the key "cmk-2048" of "kv-prod" |
        | the key has been disabled | the customer enables the key "cmk-2048" of "kv-prod"  |

  @restoration.uploads-stay-deleted
  Rule: Restoring the key brings no uploaded document back

    Scenario Outline: The key is back and the upload is not
      Given <situation>
      When <remedy>
      Then the request is accepted
      And the document "contracts" is deleted

      Examples: Causes that the article states
        | situation                                                | remedy                                                                                    |
        | the access to the key has been revoked                   | the customer grants "translator-prod" access to the keys of "kv-prod"                            |
        | the managed identity has been disabled                   | the customer enables the managed identity of "translator-prod"                                 |
        | the managed identity has been disabled and enabled again | the customer grants "translator-prod" access to the keys of "kv-prod"                            |
        | the vault has been deleted                               | the customer recovers the vault "kv-prod"                                                   |
        | the moved identity has access to the vault again         | the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" |

      Examples: Causes that we assume
        | situation                 | remedy                                         |
        | the key has been deleted  | the customer recovers the key "cmk-2048" of "kv-prod" |
        | the key has been disabled | the customer enables the key "cmk-2048" of "kv-prod"  |

  @restoration.data-readable
  Rule: Data that was only inaccessible can be read again once the key is back

    Scenario Outline: The key is back and the data can be read
      Given <situation>
      When <remedy>
      Then the request is accepted
      And the data of "ws-prod" is accessible

      @vault.access-policy
      Examples: Access is granted
        | situation                              | remedy                                                         |
        | the access to the key has been revoked | the customer grants "translator-prod" access to the keys of "kv-prod" |

      @vault.access-policy
      Examples: The identity is enabled, then access is granted
        | situation                                                | remedy                                                         |
        | the managed identity has been disabled and enabled again | the customer grants "translator-prod" access to the keys of "kv-prod" |

      @environment.recover-vault
      Examples: The vault is recovered
        | situation                  | remedy                                  |
        | the vault has been deleted | the customer recovers the vault "kv-prod" |

      @keys.enable
      Examples: Customer-managed keys are enabled again after a move
        | situation                                        | remedy                                                                                    |
        | the moved identity has access to the vault again | the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" |

      @environment.recover-key
      Examples: The key is recovered
        | situation                | remedy                                         |
        | the key has been deleted | the customer recovers the key "cmk-2048" of "kv-prod" |

      @environment.enable-key
      Examples: The key is enabled
        | situation                 | remedy                                        |
        | the key has been disabled | the customer enables the key "cmk-2048" of "kv-prod" |

    Scenario: A model can be deployed again by hand
      Given the access has been revoked and granted again
      When the customer deploys the model "legal-en-de"
      Then the request is accepted
      And the model "legal-en-de" is deployed
