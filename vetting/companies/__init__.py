"""Who pays: client organizations, and the domains that prove a mailbox is theirs."""
