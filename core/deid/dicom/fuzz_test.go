package dicom_test

import (
	"os"
	"testing"

	"github.com/volens-network/volens/test/corpus"
	"github.com/volens-network/volens/test/sample"
)

func FuzzScrub(f *testing.F) {
	for _, data := range small() {
		f.Add(data, true)
	}
	for _, name := range []string{"UN_sequence.dcm", "priv_SQ.dcm", "chrSQEncoding.dcm", "rtplan.dcm", "chrH31.dcm", "GH223.dcm"} {
		if seed, err := os.ReadFile(corpus.Path(f, "dicom/"+name)); err == nil {
			f.Add(seed, false)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, sized bool) {
		size := int64(0)
		if sized {
			size = int64(len(data))
		}
		requireSound(t, data, size)
	})
}

func FuzzElement(f *testing.F) {
	f.Add(uint16(0x0010), uint16(0x0010), "PN", []byte("Doe^Jane"), uint8(0))
	f.Add(uint16(0x0008), uint16(0x002a), "DT", []byte(`2024\20240101+0100`), uint8(1))
	f.Add(uint16(0x0008), uint16(0x0005), "CS", []byte(`\ISO 2022 IR 87`), uint8(2))
	f.Add(uint16(0x0020), uint16(0x000d), "UI", []byte("1.2.3\x00"), uint8(2))
	f.Add(uint16(0x0008), uint16(0x1140), "UN", []byte("\xfe\xff\x00\xe0\x00\x00\x00\x00"), uint8(0))
	f.Add(uint16(0x0008), uint16(0x1140), "UN", []byte("0"), uint8(0))
	f.Add(uint16(0x0008), uint16(0x1140), "UN", []byte{}, uint8(2))
	f.Fuzz(func(t *testing.T, group, element uint16, vr string, value []byte, how uint8) {
		if len(vr) != 2 || len(value) > 1<<15 || group < 0x0008 || group >= 0x7fe0 {
			return
		}
		e := []sample.Encoding{sample.ExplicitLittle, sample.ImplicitLittle, sample.ExplicitBig}[how%3]
		el := sample.Element{Tag: uint32(group)<<16 | uint32(element), VR: vr, Value: value}
		data := sample.DICOM(sample.DICOMOptions{Encoding: e, More: []sample.Element{el}})
		requireSound(t, data, int64(len(data)))
	})
}
