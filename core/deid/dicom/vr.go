package dicom

import "encoding/binary"

// vr is a value representation: its two letters (PS3.5, 6.2).
type vr uint16

func vrOf(a, b byte) vr { return vr(a)<<8 | vr(b) }

// The value representations.
const (
	vrAE = vr('A'<<8 | 'E')
	vrAS = vr('A'<<8 | 'S')
	vrAT = vr('A'<<8 | 'T')
	vrCS = vr('C'<<8 | 'S')
	vrDA = vr('D'<<8 | 'A')
	vrDS = vr('D'<<8 | 'S')
	vrDT = vr('D'<<8 | 'T')
	vrFD = vr('F'<<8 | 'D')
	vrFL = vr('F'<<8 | 'L')
	vrIS = vr('I'<<8 | 'S')
	vrLO = vr('L'<<8 | 'O')
	vrLT = vr('L'<<8 | 'T')
	vrOB = vr('O'<<8 | 'B')
	vrOD = vr('O'<<8 | 'D')
	vrOF = vr('O'<<8 | 'F')
	vrOL = vr('O'<<8 | 'L')
	vrOV = vr('O'<<8 | 'V')
	vrOW = vr('O'<<8 | 'W')
	vrPN = vr('P'<<8 | 'N')
	vrSH = vr('S'<<8 | 'H')
	vrSL = vr('S'<<8 | 'L')
	vrSQ = vr('S'<<8 | 'Q')
	vrSS = vr('S'<<8 | 'S')
	vrST = vr('S'<<8 | 'T')
	vrSV = vr('S'<<8 | 'V')
	vrTM = vr('T'<<8 | 'M')
	vrUC = vr('U'<<8 | 'C')
	vrUI = vr('U'<<8 | 'I')
	vrUL = vr('U'<<8 | 'L')
	vrUN = vr('U'<<8 | 'N')
	vrUR = vr('U'<<8 | 'R')
	vrUS = vr('U'<<8 | 'S')
	vrUT = vr('U'<<8 | 'T')
	vrUV = vr('U'<<8 | 'V')
)

// sort tells texts, numbers and sequences apart.
type sort uint8

const (
	sortUnknown sort = iota
	sortText
	sortBinary
	sortSequence
)

// traits is what the encoding has to know of a value representation: whether its
// length takes four bytes in explicit encodings, how wide its numbers are, and
// its sort.
type traits struct {
	long  bool
	width int
	sort  sort
}

func (v vr) traits() traits {
	switch v {
	case vrAE, vrAS, vrCS, vrDA, vrDS, vrDT, vrIS, vrLO, vrLT, vrPN, vrSH, vrST, vrTM, vrUI:
		return traits{sort: sortText}
	case vrUC, vrUR, vrUT:
		return traits{long: true, sort: sortText}
	case vrAT, vrSS, vrUS:
		return traits{width: 2, sort: sortBinary}
	case vrFL, vrSL, vrUL:
		return traits{width: 4, sort: sortBinary}
	case vrFD:
		return traits{width: 8, sort: sortBinary}
	case vrOB:
		return traits{long: true, sort: sortBinary}
	case vrOW:
		return traits{long: true, width: 2, sort: sortBinary}
	case vrOF, vrOL:
		return traits{long: true, width: 4, sort: sortBinary}
	case vrOD, vrOV, vrSV, vrUV:
		return traits{long: true, width: 8, sort: sortBinary}
	case vrSQ:
		return traits{long: true, sort: sortSequence}
	default: // UN, and what a later edition may bring (PS3.5, 6.2).
		return traits{long: true}
	}
}

// known tells whether v is of the standard.
func (v vr) known() bool {
	return v == vrUN || v.traits().sort != sortUnknown
}

// hasCharset tells whether the character set of the data set rules the values.
func (v vr) hasCharset() bool {
	switch v {
	case vrLO, vrLT, vrPN, vrSH, vrST, vrUC, vrUT:
		return true
	default:
		return false
	}
}

// several tells whether a backslash separates values.
func (v vr) several() bool {
	switch v {
	case vrLT, vrST, vrUT, vrUR:
		return false
	default:
		return true
	}
}

// coding is how elements are written.
type coding struct {
	implicit bool
	order    binary.ByteOrder
}

var (
	implicitLittle = coding{implicit: true, order: binary.LittleEndian}
	explicitLittle = coding{order: binary.LittleEndian}
	explicitBig    = coding{order: binary.BigEndian}
)

// swap turns the bytes of each number round.
func swap(value []byte, width int) []byte {
	out := append([]byte(nil), value...)
	for ; width > 1 && len(out) >= width && len(value)%width == 0; value = value[width:] {
		if len(value) == 0 {
			break
		}
		at := len(out) - len(value)
		for i := range width / 2 {
			out[at+i], out[at+width-1-i] = out[at+width-1-i], out[at+i]
		}
	}
	return out
}
