package dicom_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/dicom"
	"github.com/volens-network/volens/test/sample"
)

// TestScrub_WhatTheTableForgets has attributes of which table E.1-1 says nothing, although they name
// a person, a device or an order.
func TestScrub_WhatTheTableForgets(t *testing.T) {
	gone := map[uint32]string{
		0x00100033: "Showa 25/1/4",
		0x00100034: "1369/10/12",
		0x00181003: "SN-99887",
		0x00181010: "SN-99888",
		0x00401006: "PLACER-556677",
		0x00401007: "FILLER-556677",
		0x00402006: "PLACER-556678",
		0x00402007: "FILLER-556678",
		0x00400255: "seen by Dr Roe",
		0x0074100c: "Roe, Joan",
		0x21000160: "jroe7",
		0x30040006: "spoke with her husband",
		0x00440012: "PUMP-112233",
		0x0044000a: "LOT-7788",
	}
	empty := map[uint32]string{0x00700081: "for Mrs Roe of Elm Road", 0x30020020: "LINAC-ELM"}
	var more []sample.Element
	for _, values := range []map[uint32]string{gone, empty} {
		for tag, text := range values {
			more = append(more, sample.Text(tag, "LO", text))
		}
	}
	for _, profile := range deid.Profiles() {
		data := sample.DICOM(sample.DICOMOptions{Encoding: sample.ExplicitLittle, More: more})
		out, result, err := scrub(t, profile, data, dicom.Options{})
		require.NoError(t, err)
		for tag, text := range gone {
			requireMissing(t, out, tag)
			require.NotContains(t, string(out), text)
		}
		for tag := range empty {
			requireValue(t, out, tag, "")
		}
		requireStable(t, profile, result, out, dicom.Options{})
	}
}

func TestScrub_CodesThatAreSentences(t *testing.T) {
	for text, want := range map[string]string{
		"Roe ward 7 with husband": "", "ROE JOAN WARD 7": "", "123-45-6789": "", "+44 1632 960001": "", "20240229": "",
		"CHEST": "CHEST", "Chest": "Chest", "Whole Body": "Whole Body", "HAS CONCEPT MOD": "HAS CONCEPT MOD", "C-SPINE": "C-SPINE",
	} {
		more := []sample.Element{sample.Text(0x00180015, "CS", text)}
		out, result := clean(t, sample.DICOM(sample.DICOMOptions{Encoding: sample.ExplicitLittle, More: more}))
		requireValue(t, out, 0x00180015, want)
		requireStable(t, deid.SafeHarborStrict, result, out, dicom.Options{})
	}
}
