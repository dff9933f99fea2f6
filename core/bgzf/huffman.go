package bgzf

import (
	"math/bits"
	"slices"
)

// code is a Huffman code: how often each symbol stands in a block, and the bits that it gets.
type code struct {
	symbols int
	count   [lengthSymbols]uint32
	length  [lengthSymbols]uint8
	bits    [lengthSymbols]uint16 // the first to be written lowest

	sorted []uint32 // the symbols that are used, the rarest first, below their counts
	nodes  []uint32
}

// symbolBits are enough for a symbol.
const symbolBits = 9

func newCode(symbols int) code {
	return code{symbols: symbols, sorted: make([]uint32, 0, symbols), nodes: make([]uint32, symbols)}
}

// build gives each symbol that is used its bits, at most limit. With fewer than two used, others get one too:
// there are readers that take no code but a complete one.
func (c *code) build(limit int) {
	c.sorted = c.sorted[:0]
	for symbol, n := range c.count[:c.symbols] {
		c.length[symbol] = 0
		if n > 0 {
			c.sorted = append(c.sorted, n<<symbolBits|uint32(symbol))
		}
	}
	for symbol := uint32(0); len(c.sorted) < 2; symbol++ {
		if c.count[symbol] == 0 {
			c.sorted = append(c.sorted, symbol)
		}
	}
	slices.Sort(c.sorted)
	perLength := c.lengths(limit)
	rest := c.sorted
	for n := limit; n > 0; n-- {
		for _, symbol := range rest[:perLength[n]] {
			c.length[symbol&(1<<symbolBits-1)] = uint8(n) //nolint:gosec // at most maxBits
		}
		rest = rest[perLength[n]:]
	}
	var next [maxBits + 2]uint16
	for n := 1; n <= limit; n++ {
		next[n+1] = (next[n] + uint16(perLength[n])) << 1 //nolint:gosec // at most lengthSymbols
	}
	for symbol, n := range c.length[:c.symbols] {
		if n > 0 {
			c.bits[symbol] = bits.Reverse16(next[n]) >> (16 - n)
			next[n]++
		}
	}
}

// lengths is how many symbols get each length. The two rarest nodes get a parent, until one is left. Parents
// come into being in the order of their weights, so two queues will do; a node's weight makes room for its
// parent, and that for its depth (Moffat and Katajainen, In-place calculation of minimum-redundancy codes, 1995).
func (c *code) lengths(limit int) (perLength [maxBits + 1]int) {
	leaves, nodes := c.sorted, c.nodes[:len(c.sorted)-1]
	next := 0
	for made := range nodes {
		weight := uint32(0)
		for range 2 {
			if len(leaves) > 0 && (next == made || leaves[0]>>symbolBits <= nodes[next]) {
				weight += leaves[0] >> symbolBits
				leaves = leaves[1:]
				continue
			}
			weight += nodes[next]
			nodes[next] = uint32(made)
			next++
		}
		nodes[made] = weight
	}
	// From the root down, each node takes the place of a leaf, which becomes two below it. Where they would be too
	// deep, the deepest leaf that is not is taken.
	root := len(nodes) - 1
	nodes[root] = 0
	perLength[1] = 2
	for i := root - 1; i >= 0; i-- {
		nodes[i] = nodes[nodes[i]] + 1
		depth := min(int(nodes[i]), limit-1)
		for perLength[depth] == 0 {
			depth--
		}
		perLength[depth]--
		perLength[depth+1] += 2
	}
	return perLength
}

// size is how many bits all symbols take together.
func (c *code) size() int {
	sum := 0
	for symbol, n := range c.count[:c.symbols] {
		sum += int(n) * int(c.length[symbol])
	}
	return sum
}
