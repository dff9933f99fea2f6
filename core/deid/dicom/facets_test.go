package dicom_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/dicom"
	"github.com/volens-network/volens/core/facet"
	"github.com/volens-network/volens/test/sample"
)

func slice(more ...sample.Element) []byte {
	return sample.DICOM(sample.DICOMOptions{
		Encoding: sample.ExplicitLittle, Picture: sample.NewPicture(1, 32, 32, 900), More: more,
	})
}

func TestScrub_FacetsOfAnImage(t *testing.T) {
	for name, c := range map[string]struct {
		more []sample.Element
		want []facet.Facet
	}{
		"all": {
			[]sample.Element{
				sample.Text(0x00180010, "LO", "Secret Agent 7"), sample.Text(0x00180015, "CS", "Whole Body"),
				sample.Text(0x00180050, "DS", "2.50"),
			},
			[]facet.Facet{
				{Code: facet.Modality, Value: "CT"},
				{Code: facet.Contrast, Value: "yes"},
				{Code: facet.BodyPart, Value: "WHOLEBODY"},
				{Code: facet.SliceThickness, Value: "1-3"},
			},
		},
		"several regions": {
			[]sample.Element{sample.Text(0x00180015, "CS", "ABDOMENPELVIS")},
			[]facet.Facet{
				{Code: facet.Modality, Value: "CT"},
				{Code: facet.BodyPart, Value: "ABDOMEN"},
				{Code: facet.BodyPart, Value: "PELVIS"},
			},
		},
		"not on a grid": {
			[]sample.Element{
				sample.Text(0x00080060, "CS", "SEG"), sample.Text(0x00180015, "CS", "FICTIVA"),
				sample.Text(0x00180050, "DS", "-1"), sample.Text(0x00180010, "LO", ""),
			},
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			out, result, err := scrub(t, deid.SafeHarborStrict, slice(c.more...), dicom.Options{})
			require.NoError(t, err)
			require.ElementsMatch(t, append(c.want, facetsOfPatient...), result.Facets)
			require.EqualValues(t, 1, result.Images)
			_, again, err := scrub(t, deid.SafeHarborStrict, out, dicom.Options{})
			require.NoError(t, err)
			require.Equal(t, result.Facets, again.Facets, "an attestor finds the same")
		})
	}
}

// facetsOfPatient are those of the sample's person, who is above 89.
var facetsOfPatient = []facet.Facet{{Code: facet.Sex, Value: "female"}, {Code: facet.AgeBand, Value: "80-up"}}

func TestScrub_FacetsOfSexAndAge(t *testing.T) {
	for _, c := range []struct {
		sex, age string
		want     []facet.Facet
	}{
		{"M", "045Y", []facet.Facet{{Code: facet.Sex, Value: "male"}, {Code: facet.AgeBand, Value: "40-59"}}},
		{"O", "018M", []facet.Facet{{Code: facet.Sex, Value: "other"}, {Code: facet.AgeBand, Value: "0-19"}}},
		{"X", "45", nil},
		{"", "", nil},
	} {
		_, result, err := scrub(t, deid.SafeHarborStrict, slice(
			sample.Text(0x00100040, "CS", c.sex), sample.Text(0x00101010, "AS", c.age),
			sample.Text(0x00080070, "LO", "Small Maker"),
		), dicom.Options{})
		require.NoError(t, err)
		require.ElementsMatch(t, append(c.want, facet.Facet{Code: facet.Modality, Value: "CT"}), result.Facets)
	}
}
