// Package e2e holds the end-to-end tests: the programs in build/, run as users run them,
// on networks of real processes. `make e2e` builds first; without the programs every
// test says loudly that it was skipped.
package e2e
