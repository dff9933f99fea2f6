package vcf

// The states of the automaton that reads numbers. A number has an optional sign,
// digits with at most one dot, and an optional exponent; each part may be missing, for
// a dot or a dash alone stands for no value.
const (
	numberStart uint8 = iota
	numberSign
	numberWhole
	numberFraction
	numberMark // the letter of an exponent
	numberMarkSign
	numberExponent
	numberBad
	numberStates
)

// automaton is what state follows a state at a byte.
type automaton [numberStates][256]uint8

// numberForm reads values, columnForm whole sample columns. A set of characters would not
// do: 4711-88 and 17.03.1962 have only those of numbers, but are none.
var (
	numberForm = newAutomaton(",|/")
	columnForm = newAutomaton(",|/:\t")
)

func newAutomaton(separators string) *automaton {
	var a automaton
	for from := range a {
		for b := range a[from] {
			a[from][b] = numberBad
		}
		if from == int(numberBad) {
			continue
		}
		for i := range len(separators) {
			if from != int(numberMark) && from != int(numberMarkSign) {
				a[from][separators[i]] = numberStart
			}
		}
	}
	for digit := '0'; digit <= '9'; digit++ {
		a[numberStart][digit], a[numberSign][digit], a[numberWhole][digit] = numberWhole, numberWhole, numberWhole
		a[numberFraction][digit] = numberFraction
		a[numberMark][digit], a[numberMarkSign][digit], a[numberExponent][digit] = numberExponent, numberExponent,
			numberExponent
	}
	for _, sign := range "+-" {
		a[numberStart][sign], a[numberMark][sign] = numberSign, numberMarkSign
	}
	for _, mark := range "eE" {
		a[numberWhole][mark], a[numberFraction][mark] = numberMark, numberMark
	}
	a[numberStart]['.'], a[numberSign]['.'], a[numberWhole]['.'] = numberFraction, numberFraction, numberFraction
	return &a
}

// parted is the length from which a text is read at four places at a time.
const parted = 64

// takes tells whether text is numbers and separators. After a separator there is nothing of what was before, so that
// the parts of a long text between some of its separators can be read side by side.
func (a *automaton) takes(text []byte) bool {
	if len(text) >= parted {
		quarter := len(text) / 4
		one, rest := a.cut(text, quarter)
		two, rest := a.cut(rest, quarter)
		three, four := a.cut(rest, quarter)
		n := min(len(one), len(two), len(three), len(four))
		s1, s2, s3, s4 := numberStart, numberStart, numberStart, numberStart
		for i := range n {
			s1, s2 = a[s1&7][one[i]], a[s2&7][two[i]]
			s3, s4 = a[s3&7][three[i]], a[s4&7][four[i]]
		}
		return a.ends(s1, one[n:]) && a.ends(s2, two[n:]) && a.ends(s3, three[n:]) && a.ends(s4, four[n:])
	}
	return a.ends(numberStart, text)
}

// cut parts a text at its first separator from a place on, which is left out. Without one the second part is empty.
func (a *automaton) cut(text []byte, from int) (before, after []byte) {
	for i := from; i < len(text); i++ {
		if a[numberStart][text[i]] == numberStart {
			return text[:i], text[i+1:]
		}
	}
	return text, nil
}

// ends tells whether the rest of a text is read to an end from a state.
func (a *automaton) ends(state uint8, rest []byte) bool {
	for _, b := range rest {
		state = a[state&7][b]
	}
	return state != numberBad && state != numberMark && state != numberMarkSign
}
