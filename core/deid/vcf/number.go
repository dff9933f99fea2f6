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

// takes tells whether text is numbers and separators.
func (a *automaton) takes(text []byte) bool {
	state := numberStart
	for _, b := range text {
		state = a[state&7][b]
	}
	return state != numberBad && state != numberMark && state != numberMarkSign
}
