package main

import (
	"fmt"
	"strconv"
	"strings"
)

type kind byte

const (
	end kind = iota
	punctuation
	text
	number
	word
)

type token struct {
	kind  kind
	text  string
	value float64
}

// A scanner of JSON that gives each token an object, and strings memory of their own.
type scanner struct {
	in  string
	at  int
	buf []byte
}

func (s *scanner) next() *token {
	for s.at < len(s.in) && strings.IndexByte(" \t\r\n", s.in[s.at]) >= 0 {
		s.at++
	}
	if s.at == len(s.in) {
		return &token{kind: end}
	}
	from := s.at
	switch c := s.in[s.at]; {
	case strings.IndexByte("{}[],:", c) >= 0:
		s.at++
		return &token{kind: punctuation, text: s.in[from:s.at]}
	case c == '"':
		return &token{kind: text, text: s.string()}
	case c == '-' || '0' <= c && c <= '9':
		for s.at < len(s.in) && strings.IndexByte("+-.eE0123456789", s.in[s.at]) >= 0 {
			s.at++
		}
		v, err := strconv.ParseFloat(s.in[from:s.at], 64)
		check(err)
		return &token{kind: number, value: v}
	default:
		for s.at < len(s.in) && 'a' <= s.in[s.at] && s.in[s.at] <= 'z' {
			s.at++
		}
		must(s.at > from, "character in JSON")
		return &token{kind: word, text: s.in[from:s.at]}
	}
}

func (s *scanner) string() string {
	s.buf = s.buf[:0]
	for s.at++; s.in[s.at] != '"'; s.at++ {
		c := s.in[s.at]
		if c == '\\' {
			s.at++
			switch s.in[s.at] {
			case 'n':
				c = '\n'
			case 't':
				c = '\t'
			case 'u':
				r, err := strconv.ParseUint(s.in[s.at+1:s.at+5], 16, 16)
				check(err)
				s.at += 4
				s.buf = append(s.buf, string(rune(r))...)
				continue
			default:
				c = s.in[s.at]
			}
		}
		s.buf = append(s.buf, c)
	}
	s.at++
	return string(s.buf)
}

// A document of 20,000 records, turned into tokens again and again.
func tokenise(n int) func() {
	var doc strings.Builder
	doc.WriteByte('[')
	random := sequence(362436069)
	for i := range 20_000 {
		if i > 0 {
			doc.WriteString(",\n")
		}
		fmt.Fprintf(&doc, `{"id": %d, "name": "item \"%d\" \u00e9\n", "tags": ["a%d", "b%d"], "weight": %d.%de-2, "ok": true, "none": null}`,
			i, random.next(1e6), random.next(100), random.next(100), random.next(1000), random.next(1000))
	}
	doc.WriteByte(']')
	in := doc.String()
	return func() {
		for range n {
			s := scanner{in: in}
			var all []*token
			var sum float64
			for t := s.next(); t.kind != end; t = s.next() {
				all = append(all, t)
				sum += t.value
			}
			must(len(all) == 20_000*30+1 && sum > 20_000*19_999/2, fmt.Sprint("tokens: ", len(all)))
		}
	}
}
