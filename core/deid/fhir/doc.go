// Package fhir de-identifies resources of HL7 FHIR R4 (4.0.1) in JSON: a resource
// or Bundle, or one resource a line, plain, gzip or BGZF.
//
// Scrub rewrites the text token by token in one pass; Verify tells whether a
// payload is what a scrub leaves. Each member is looked up in the table of FHIR's
// elements (elements.txt, made from the specification) and treated as the
// deid.Profile says for its path, or else for its type. What neither names is
// removed: members that FHIR does not have, extensions that are not listed,
// narratives, texts, attachments, primitive extensions (members that begin with
// an underscore). What loses all its content disappears.
//
//   - Ids of resources get surrogates, and references to them by type and id, by
//     the address of a server, or by the urn of a Bundle's entry, get the same: what
//     resolved still does. A Bundle becomes a collection.
//   - A Coding stays if its system is listed and its code has the form of that
//     system's codes; its display goes. The numbers of a Quantity stay, and a unit
//     that is coded or listed. Numbers are written as they were.
//   - Of a date the year stays, or it is moved by the dataset's shift; of a birth
//     date the year, unless the person may be older than 89. Dates of more than 89
//     years ago go, and quantities above 89 years, wherever they stand.
//   - Of the answers of a questionnaire only codes stay: a number whose question is
//     gone is a telephone's or a record's as well as a measurement. So are whole
//     numbers beyond FHIR's 32 bits.
//   - Two members of one name, values nested deeper than 64, text that is not
//     UTF-8 and whatever else two readers might read in two ways is refused.
//
// Memory is bounded by the window of the text (16 MiB at most, 64 KiB unless a
// resource's type comes last), by the values that the second look searches for,
// and by one surrogate for each resource.
//
// What was written before an error must be thrown away by the caller. No error
// and no report holds a value of the input.
package fhir
