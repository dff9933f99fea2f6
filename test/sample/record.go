package sample

import "strconv"

// random is splitmix64: small, and the same on every machine.
type random struct{ state uint64 }

func newRandom(seed uint64) *random {
	return &random{state: seed}
}

func (r *random) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below returns a number from 0 to n-1.
func (r *random) below(n int) int {
	return int(r.next() % uint64(n))
}

const bases = "ACGT"

// record appends the n-th of total variants, in the order of the genome.
func record(line []byte, rng *random, n, total, samples int) []byte {
	per := (total + len(contigs) - 1) / len(contigs)
	c := contigs[n/per]
	step := c.length / (per + 1)
	pos := 10_000 + (n%per)*step + rng.below(max(step-10_000, 1))
	line = append(append(line, c.name...), '\t')
	line = append(strconv.AppendInt(line, int64(pos), 10), '\t')
	if rng.below(10) < 8 {
		line = strconv.AppendInt(append(line, "rs"...), int64(1000+rng.below(2_000_000_000)), 10)
	} else if rng.below(2) == 0 {
		line = strconv.AppendInt(append(line, "ELSEWHERE_VAR_"...), int64(n), 10)
	} else {
		line = append(line, '.')
	}
	line = alleles(append(line, '\t'), rng)
	depth := 12 + rng.below(40)
	line = strconv.AppendFloat(append(line, '\t'), float64(3000+rng.below(200_000))/100, 'f', 2, 64)
	if rng.below(50) == 0 {
		line = append(line, "\tLowQual\t"...)
	} else {
		line = append(line, "\tPASS\t"...)
	}
	line = info(line, rng, depth, samples)
	line = append(line, "\tGT:AD:DP:GQ:PL"...)
	for range samples {
		line = genotype(append(line, '\t'), rng)
	}
	return append(line, '\n')
}

// alleles appends REF and ALT: mostly a substitution, sometimes an indel.
func alleles(line []byte, rng *random) []byte {
	ref := rng.below(4)
	alt := (ref + 1 + rng.below(3)) % 4
	kind := rng.below(12)
	deleted := kind >= 10
	line = append(line, bases[ref])
	for ; deleted && kind > 9; kind-- {
		line = append(line, bases[rng.below(4)])
	}
	line = append(line, '\t')
	if deleted {
		return append(line, bases[ref])
	}
	if kind == 9 {
		line = append(line, bases[ref])
	}
	return append(line, bases[alt])
}

func info(line []byte, rng *random, depth, samples int) []byte {
	count := 1 + rng.below(2*samples)
	line = strconv.AppendInt(append(line, "AC="...), int64(count), 10)
	line = strconv.AppendFloat(append(line, ";AF="...), float64(count)/float64(2*samples), 'f', 3, 64)
	line = strconv.AppendInt(append(line, ";AN="...), int64(2*samples), 10)
	line = strconv.AppendInt(append(line, ";DP="...), int64(depth*samples), 10)
	line = strconv.AppendFloat(append(line, ";FS="...), float64(rng.below(60_000))/1000, 'f', 3, 64)
	if rng.below(100) == 0 {
		line = append(line, ";LABNOTE=seen_by_"+operator...)
	}
	line = strconv.AppendFloat(append(line, ";MQ="...), 50+float64(rng.below(1000))/100, 'f', 2, 64)
	line = strconv.AppendFloat(append(line, ";QD="...), float64(rng.below(3500))/100, 'f', 2, 64)
	return strconv.AppendFloat(append(line, ";SOR="...), float64(rng.below(4000))/1000, 'f', 3, 64)
}

// genotype appends one sample's values.
func genotype(line []byte, rng *random) []byte {
	depth := 10 + rng.below(40)
	gt, alt := "0/1", depth/2
	switch rng.below(5) {
	case 0, 1:
		gt, alt = "1/1", depth
	case 2:
		gt, alt = "0/0", 0
	}
	line = append(append(line, gt...), ':')
	line = append(strconv.AppendInt(line, int64(depth-alt), 10), ',')
	line = append(strconv.AppendInt(line, int64(alt), 10), ':')
	line = append(strconv.AppendInt(line, int64(depth), 10), ':')
	line = append(strconv.AppendInt(line, int64(20+rng.below(80)), 10), ':')
	likelihoods := [3]int{rng.below(900), rng.below(900), rng.below(900)}
	for i, g := range []string{"0/0", "0/1", "1/1"} {
		if i > 0 {
			line = append(line, ',')
		}
		if g == gt {
			likelihoods[i] = 0
		}
		line = strconv.AppendInt(line, int64(likelihoods[i]), 10)
	}
	return line
}
