// Package ante has what x/consent asks of every transaction, before it runs.
//
// RevokeLane makes revoking free: a transaction that holds nothing but one
// revocation and offers no fee is marked, and the fee checker that FeeChecker
// returns charges a marked one nothing. RefuseWrapped refuses messages that only a
// person may sign when they stand inside another message, where some other
// signature would speak for her. In the application's ante chain:
//
//	NewRefuseWrapped(registry)            // before anything that costs
//	NewRevokeLane(consents, inspections)  // before the fee decorator
//	NewDeductFeeDecorator(..., FeeChecker())
//
// The package knows the messages of modules to the right by their names only, and
// it executes nothing.
package ante
