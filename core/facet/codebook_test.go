package facet_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/facet"
)

func TestGeneralise_EveryLevel(t *testing.T) {
	for _, c := range []struct {
		code   facet.Code
		levels []string
	}{
		{facet.DataType, []string{"variants", "GVCF"}},
		{facet.Assembly, []string{"GRCh38"}},
		{facet.Assay, []string{"exome"}},
		{facet.Modality, []string{"MR"}},
		{facet.BodyPart, []string{"HEAD"}},
		{facet.Images, []string{"32-255"}},
		{facet.SliceThickness, []string{"1-3"}},
		{facet.Contrast, []string{"yes"}},
		{facet.Observation, []string{"laboratory"}},
		{facet.Sex, []string{"male"}},
		{facet.AgeBand, []string{"under-20", "0-19"}},
		{facet.AgeBand, []string{"20-up", "80-up"}},
		{facet.Country, []string{"EU", "NO"}},
		{facet.Country, []string{"NA", "US"}},
		{facet.Ancestry, []string{"EAS"}},
		{facet.Condition, []string{"I", "A00"}},
		{facet.Condition, []string{"I", "B99"}},
		{facet.Condition, []string{"II", "C00"}},
		{facet.Condition, []string{"II", "D48"}},
		{facet.Condition, []string{"III", "D50"}},
		{facet.Condition, []string{"VII", "H59"}},
		{facet.Condition, []string{"VIII", "H60"}},
		{facet.Condition, []string{"IX", "I21"}},
		{facet.Condition, []string{"XIX", "S00"}},
		{facet.Condition, []string{"XIX", "T98"}},
		{facet.Condition, []string{"XXII", "U07"}},
		{facet.Condition, []string{"XX", "V01"}},
		{facet.Condition, []string{"XXI", "Z99"}},
	} {
		last := c.levels[len(c.levels)-1]
		got, err := facet.Facet{Code: c.code, Value: last}.Generalise()
		require.NoError(t, err, last)
		require.Equal(t, c.levels, got)
		require.Equal(t, len(c.levels), c.code.Levels())
		for i, value := range got {
			rule := facet.Criteria{criterion(c.code, i+1, value)}
			require.NoError(t, rule.Validate(), "each value is a cell that may be asked for")
		}
	}
}

func TestGeneralise_OnlyWhatIsOnAGrid(t *testing.T) {
	for _, f := range []facet.Facet{
		{"gene", "BRCA1"},
		{"", ""},
		{facet.Condition, "I21.4"},
		{facet.Condition, "i21"},
		{facet.Condition, "IX"},
		{facet.AgeBand, "47"},
		{facet.Country, "EU"},
		{facet.Country, "no"},
		{facet.Sex, "Female"},
		{facet.DataType, "variants"},
		{facet.Assembly, "GRCh38.p14"},
		{facet.Images, "33"},
		{facet.SliceThickness, "1.25"},
		{facet.Contrast, "ISOVUE"},
		{facet.Contrast, "no"},
		{facet.Observation, "http://loinc.org"},
	} {
		_, err := f.Generalise()
		require.ErrorIs(t, err, facet.ErrGrid, "%v", f)
	}
	require.Zero(t, facet.Code("gene").Levels())
}

func TestImagesOf(t *testing.T) {
	for n, want := range map[int64]string{1: "1", 2: "2-31", 31: "2-31", 32: "32-255", 255: "32-255", 256: "256-up", 1 << 40: "256-up"} {
		got, ok := facet.ImagesOf(n)
		require.True(t, ok)
		require.Equal(t, want, got, n)
	}
	_, ok := facet.ImagesOf(0)
	require.False(t, ok)
}

func TestSliceThicknessOf(t *testing.T) {
	for mm, want := range map[float64]string{
		0.25: "to-1", 0.99: "to-1", 1: "1-3", 2.9: "1-3", 3: "3-5", 5: "5-up", math.Inf(1): "5-up",
	} {
		got, ok := facet.SliceThicknessOf(mm)
		require.True(t, ok)
		require.Equal(t, want, got, mm)
	}
	for _, mm := range []float64{0, -1, math.NaN()} {
		_, ok := facet.SliceThicknessOf(mm)
		require.False(t, ok)
	}
}

func TestAgeBandOf(t *testing.T) {
	for age, want := range map[int]string{0: "0-19", 19: "0-19", 20: "20-39", 59: "40-59", 79: "60-79", 80: "80-up", 101: "80-up"} {
		got, ok := facet.AgeBandOf(age)
		require.True(t, ok)
		require.Equal(t, want, got, age)
	}
	_, ok := facet.AgeBandOf(-1)
	require.False(t, ok)
}
