package deid

import "github.com/volens-network/volens/core/facet"

// Shown gathers the coded values that the files of a dataset show. The zero value is empty.
type Shown struct {
	list   []facet.Facet
	images int64
}

// Add enters what one file shows: its facets, and how many pictures it has.
func (s *Shown) Add(facets []facet.Facet, images int64) {
	s.list = append(s.list, facets...)
	s.images += images
}

// Facets are those of all files, and that of the number of all pictures.
func (s *Shown) Facets() []facet.Facet {
	out := append([]facet.Facet{}, s.list...)
	if bucket, some := facet.ImagesOf(s.images); some {
		out = append(out, facet.Facet{Code: facet.Images, Value: bucket})
	}
	return out
}
