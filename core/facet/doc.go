// Package facet is what a cohort is matched on: coded values of a dataset on the
// fixed grids of a codebook, committed to by one root on chain.
//
// A Facet is a code and its finest value, such as condition I21. NewTree puts a
// leaf for every level of generalisation of every facet into a Merkle tree
// (core/merkle) of exactly 256 leaves in an order that only the wallet can tell;
// the leaves that are left over are random, so the root's tree has one shape for
// all. The root, and nothing else, stands on chain. Criteria travel to the wallet:
// Criteria.Answer discloses, for each criterion, one leaf of exactly the level that
// was asked for, and Criteria.Match checks such disclosures against the root. An
// Opening holds all leaves, for the attestor, who recomputes the facets from the
// payload and compares: Opening.Check.
//
// Everything is derived from the wallet's root secret, the dataset's id and its
// version, so the tree needs no storage but the facets. The package draws nothing,
// and it never holds what is not on a grid: names, dates, genes and variants have
// none.
package facet
