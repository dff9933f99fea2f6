package dataset_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/gate"
	"github.com/volens-network/volens/x/dataset"
)

func TestPayload_Validate(t *testing.T) {
	require.NoError(t, payload(t).Validate())

	longer := make([]byte, 33)
	for name, broken := range map[string]struct {
		spoil func(p *dataset.Payload)
		says  string
	}{
		"no key":             {func(p *dataset.Payload) { p.KeyId = 0 }, "key_id"},
		"no kind":            {func(p *dataset.Payload) { p.Kind = 0 }, "kind 0"},
		"unknown kind":       {func(p *dataset.Payload) { p.Kind = 10 }, "kind 10"},
		"negative kind":      {func(p *dataset.Payload) { p.Kind = -1 }, "kind -1"},
		"empty":              {func(p *dataset.Payload) { p.SizeBucket = 0 }, "size_bucket 0"},
		"exact size":         {func(p *dataset.Payload) { p.SizeBucket = 1<<20 + 1 }, "size_bucket 1048577"},
		"short sha256":       {func(p *dataset.Payload) { p.Sha256 = p.Sha256[:31] }, "payload.sha256 has 31"},
		"no tree root":       {func(p *dataset.Payload) { p.TreeRoot = nil }, "payload.tree_root has 0"},
		"long u":             {func(p *dataset.Payload) { p.U = longer }, "payload.u has 33"},
		"long body":          {func(p *dataset.Payload) { p.BodySha256 = longer }, "payload.body_sha256 has 33"},
		"no facets":          {func(p *dataset.Payload) { p.FacetsRoot = nil }, "payload.facets_root has 0"},
		"threshold 0":        {func(p *dataset.Payload) { p.Threshold = 0 }, "threshold 0 of 3"},
		"threshold too high": {func(p *dataset.Payload) { p.Threshold = 4 }, "threshold 4 of 3"},
		"threshold wraps":    {func(p *dataset.Payload) { p.Threshold = 1<<32 - 1 }, "threshold 4294967295"},
		"no gateways":        {func(p *dataset.Payload) { p.Gateways = nil }, "of 0 gateways"},
		"too many gateways":  {func(p *dataset.Payload) { p.Gateways = make([]dataset.GatePart, 17) }, "of 17 gateways"},
		"gateway twice":      {func(p *dataset.Payload) { p.Gateways[2] = p.Gateways[0] }, "stands twice"},
		"bad gateway":        {func(p *dataset.Payload) { p.Gateways[1].Gateway = "volens1" }, "payload.gateways[1]"},
		"shouted gateway": {func(p *dataset.Payload) {
			p.Gateways[1].Gateway = shout(p.Gateways[1].Gateway)
		}, "lower case"},
		"short commitment": {func(p *dataset.Payload) { p.Gateways[1].Commitment = digest(1)[:31] }, "gateways[1].commitment has 31"},
	} {
		t.Run(name, func(t *testing.T) {
			p := payload(t)
			broken.spoil(&p)
			err := p.Validate()
			require.ErrorIs(t, err, dataset.ErrInvalid)
			require.ErrorContains(t, err, broken.says)
		})
	}
}

// The sizes are those of the paper's rule: of a number of e+1 bits the lowest
// e - len(e) bits are zero.
func TestPayload_SizeBucket(t *testing.T) {
	for size, good := range map[uint64]bool{
		1: true, 2: true, 8: true, 9: false, 10: true, 11: false, 100: false, 104: true,
		1000: false, 1024: true, 1056: false, 1088: true, 1<<63 | 1: false, 1 << 63: true,
	} {
		p := payload(t)
		p.SizeBucket = size
		if good {
			require.NoError(t, p.Validate(), "%d", size)
		} else {
			require.ErrorIs(t, p.Validate(), dataset.ErrInvalid, "%d", size)
		}
	}
}

func TestPayload_Gateway(t *testing.T) {
	p := payload(t)
	require.True(t, p.Gateway(account(t, 0x22)))
	require.False(t, p.Gateway(account(t, 0x24)))
	require.False(t, p.Gateway(""))
}

func TestGateBytes(t *testing.T) {
	p := payload(t)
	got, err := dataset.GateBytes(p.Threshold, p.Gateways)
	require.NoError(t, err)

	list := make([]gate.GatewayCommitment, 0, len(p.Gateways))
	for _, part := range p.Gateways {
		address, err := dataset.ParseAddress(part.Gateway)
		require.NoError(t, err)
		list = append(list, gate.GatewayCommitment{Gateway: address, Commitment: [32]byte(part.Commitment)})
	}
	want, err := gate.Gate(2, list)
	require.NoError(t, err)
	require.Equal(t, want, got)

	other, err := dataset.GateBytes(3, p.Gateways)
	require.NoError(t, err)
	require.NotEqual(t, got, other)
}

func TestDataset_Validate(t *testing.T) {
	require.NoError(t, stored(t).Validate())
	for name, spoil := range map[string]func(d *dataset.Dataset){
		"id":              func(d *dataset.Dataset) { d.Id = shout(d.Id) },
		"version":         func(d *dataset.Dataset) { d.Version = 0 },
		"owner":           func(d *dataset.Dataset) { d.Owner = "" },
		"no status":       func(d *dataset.Dataset) { d.Status = 0 },
		"unknown status":  func(d *dataset.Dataset) { d.Status = 4 },
		"negative height": func(d *dataset.Dataset) { d.Height = -1 },
		"payload":         func(d *dataset.Dataset) { d.Payload.KeyId = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			d := stored(t)
			spoil(&d)
			require.ErrorIs(t, d.Validate(), dataset.ErrInvalid)
		})
	}
}

func TestDataset_ID(t *testing.T) {
	got, err := stored(t).ID()
	require.NoError(t, err)
	require.Equal(t, someID, got.String())

	_, err = dataset.Dataset{Id: someID[1:]}.ID()
	require.ErrorIs(t, err, dataset.ErrInvalid)
}

func TestParseAddress(t *testing.T) {
	raw, err := dataset.ParseAddress(account(t, 9))
	require.NoError(t, err)
	require.Len(t, raw, 20)

	long, err := addresscodec.NewBech32Codec(dataset.AddressPrefix).BytesToString(make([]byte, 32))
	require.NoError(t, err)
	foreign, err := addresscodec.NewBech32Codec("cosmos").BytesToString(raw)
	require.NoError(t, err)
	for name, text := range map[string]string{
		"empty": "", "32 bytes": long, "prefix": foreign, "upper case": shout(account(t, 9)),
		"checksum": account(t, 9)[:len(account(t, 9))-1] + "b", "space": " " + account(t, 9),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := dataset.ParseAddress(text)
			require.ErrorIs(t, err, dataset.ErrInvalid)
		})
	}
}

// Permits compares these with what a policy allows: a kind that is forgotten here would hold
// nothing, and nobody could ask for it.
func TestKind_DataClasses(t *testing.T) {
	granted := []duo.DataClass{duo.DataLabs, duo.DataReports}
	want := map[dataset.Kind][]duo.DataClass{
		dataset.KIND_UNSPECIFIED:    nil,
		dataset.KIND_VCF:            {duo.DataGermlineVariants},
		dataset.KIND_GVCF:           {duo.DataGermlineVariants},
		dataset.KIND_GENOTYPE_ARRAY: {duo.DataGermlineVariants},
		dataset.KIND_BAM:            {duo.DataReads},
		dataset.KIND_CRAM:           {duo.DataReads},
		dataset.KIND_FASTQ:          {duo.DataReads},
		dataset.KIND_DICOM_STUDY:    {duo.DataImages},
		dataset.KIND_FHIR_BUNDLE:    granted,
		dataset.KIND_TABULAR:        granted,
	}
	for number, name := range dataset.Kind_name {
		classes, known := want[dataset.Kind(number)]
		require.True(t, known, name)
		require.Equal(t, classes, dataset.Kind(number).DataClasses(granted), name)
	}
	require.Nil(t, dataset.Kind(1000).DataClasses(granted))
}
