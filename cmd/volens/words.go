package main

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
)

// protoEnum is a generated enum.
type protoEnum interface {
	fmt.Stringer
	EnumDescriptor() ([]byte, []int)
}

// word is how a value is shown in text: an enum in plain words, "in-progress" for JOB_KIND_IN_PROGRESS and nothing for
// what was never specified. JSON keeps the names.
func word(value any) string {
	enum, ok := value.(protoEnum)
	if !ok {
		return fmt.Sprint(value)
	}
	name := strings.TrimPrefix(enum.String(), prefixOf(reflect.TypeOf(value).Name()))
	if name == "UNSPECIFIED" {
		return ""
	}
	return strings.ToLower(strings.ReplaceAll(name, "_", "-"))
}

// prefixOf is what the names of an enum begin with: JOB_KIND_ for JobKind, AI_USE_ for AIUse.
func prefixOf(enum string) string {
	var out strings.Builder
	letters := []rune(enum)
	for i, c := range letters {
		begins := i > 0 && unicode.IsUpper(c) &&
			(unicode.IsLower(letters[i-1]) || i+1 < len(letters) && unicode.IsLower(letters[i+1]))
		if begins {
			out.WriteByte('_')
		}
		out.WriteRune(unicode.ToUpper(c))
	}
	return out.String() + "_"
}
