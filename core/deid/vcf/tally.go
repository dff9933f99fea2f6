package vcf

import "github.com/volens-network/volens/core/deid"

// kind names this format in reports.
const kind = "vcf"

// counters are the counts of the record loop, kept out of a map.
type counters struct {
	records, ids, info, infoValues, format, formatValues, filters, quals int64
}

func (c *counters) into(t *deid.Tally) {
	t.Add("record:id", "drop", c.ids)
	t.Add("record:info", "drop", c.info)
	t.Add("record:info-value", "drop", c.infoValues)
	t.Add("record:format", "drop", c.format)
	t.Add("record:format-value", "drop", c.formatValues)
	t.Add("record:filter", "replace", c.filters)
	t.Add("record:qual", "drop", c.quals)
}
