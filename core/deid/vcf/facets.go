package vcf

import (
	"github.com/volens-network/volens/core/deid/reference"
	"github.com/volens-network/volens/core/facet"
)

// The number of records that part a genome from an exome and an exome from a
// panel: a person differs from the reference in some 4 million places of the
// genome, and in some 20 thousand of the exome (1000 Genomes Project, 2015).
const (
	genomeRecords = 1_000_000
	exomeRecords  = 10_000
)

// facets are the coded values that the output shows.
func (h *header) facets(records int64) []facet.Facet {
	var list []facet.Facet
	for i := range h.metas {
		if m := &h.metas[i]; !h.dropped[i] && m.key == "contig" {
			if name := reference.ByLength(m.get("ID"), m.get("length")); name != "" {
				list = append(list, facet.Facet{Code: facet.Assembly, Value: name})
			}
		}
	}
	assay := "panel"
	switch {
	case records >= genomeRecords:
		assay = "genome"
	case records >= exomeRecords:
		assay = "exome"
	}
	return append(list, facet.Facet{Code: facet.Assay, Value: assay})
}
