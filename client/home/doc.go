// Package home keeps a user's files: settings, wallets, and a journal for each operation
// that may be interrupted. By default they lie in ~/.volens:
//
//	config.json           node, gateway, chain
//	wallets/NAME.age      24 words, sealed with a passphrase (age, scrypt)
//	wallets/NAME.jsonl    which accounts the wallet has: names, numbers, addresses
//	journal/ID.jsonl      how far an operation has come
//
// Start with Open. Create or Import makes a wallet, Unlock opens one; a Wallet gives a
// Signer for each account and every other secret of docs/spec/wallet.md. Nothing but the
// 24 words is ever needed to have all of it again: see Wallet.Restore.
//
// Folders have mode 0700 and files 0600; a file appears under its name only when whole,
// or grows by whole lines. The package logs nothing, and no passphrase, word or key
// stands in an error.
package home
