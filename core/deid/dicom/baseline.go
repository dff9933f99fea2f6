package dicom

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
)

// unpackBaseline unpacks a frame of JPEG's baseline process into its luminances. Like
// unpackLossless it takes nothing that could hold a text beside the picture, but for the
// head of JFIF.
func unpackBaseline(frame, packed []byte, p *picture) bool {
	if p.allocated != 8 || p.signed || p.photometric == "RGB" || !plainBaseline(packed, p) {
		return false
	}
	decoded, err := jpeg.Decode(bytes.NewReader(packed))
	if err != nil {
		return false
	}
	var light []byte
	var stride int
	switch m := decoded.(type) {
	case *image.Gray:
		light, stride = m.Pix, m.Stride
	case *image.YCbCr:
		light, stride = m.Y, m.YStride
	default:
		return false
	}
	for y := range p.rows {
		copy(frame[y*p.columns:][:p.columns], light[y*stride:])
	}
	return true
}

// plainBaseline tells whether the segments before the data are those of a picture and no more,
// its size is that of the data set, and nothing stands behind its end.
func plainBaseline(packed []byte, p *picture) bool {
	end := bytes.TrimSuffix(packed, []byte{0})
	if len(packed) < 4 || packed[0] != 0xff || packed[1] != markSOI || !bytes.HasSuffix(end, []byte{0xff, markEOI}) ||
		bytes.Count(packed, []byte{0xff, markEOI}) != 1 {
		return false
	}
	l := &lossless{data: packed[2:]}
	for sized := false; ; {
		marker, body, ok := l.segment()
		switch {
		case !ok:
			return false
		case marker == markSOS:
			return sized && onlyData(l.data)
		case marker == markSOF0 && len(body) >= 6 && !sized:
			sized = int(binary.BigEndian.Uint16(body[1:])) == p.rows &&
				int(binary.BigEndian.Uint16(body[3:])) == p.columns &&
				int(body[5]) == p.samples
			if !sized {
				return false
			}
		case marker == markDHT, marker == markDQT, marker == markDRI, isJFIF(marker, body):
		default:
			return false
		}
	}
}

// onlyData tells whether no segment comes before the end: baseline pictures have one scan here.
func onlyData(data []byte) bool {
	for i := 0; i+1 < len(data); i++ {
		if c := data[i+1]; data[i] == 0xff && c != 0 && c != markEOI && c&^7 != markRST0 {
			return false
		}
	}
	return true
}
