// Package market brings researchers and patients together: who asks for what and
// for how much, who says yes, who wins a seat, and who is paid.
//
// A Request is a cohort call with its Spec. A Decision is one patient's answer for
// one dataset. An Escrow is the ledger of a request: what was deposited is at any
// moment paid, held, refunded or pending, to the unit. A Payment is one part of
// it. A BondLock is what a gateway answers with while a paid download must be
// served, a ServiceClaim says that it was not.
//
// Read Spec and Escrow first, then the messages in msgs.go; keeper.Keeper applies
// them. Prices are split by core/market, permissions decided by x/custody. Nothing
// here can open a file or change a consent, and no parameter takes the patient's
// part below core/market's floor.
package market
