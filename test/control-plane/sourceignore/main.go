// Asks Flux's own matcher: reads one JSON object a line, {"sources": [{"domain": [...], "text": "..."}],
// "files": ["a/b"], "folders": ["a"]}, and answers one line with those that are ignored.
package main

import (
	"bufio"
	"encoding/json"
	"log"
	"os"
	"strings"

	"github.com/fluxcd/pkg/sourceignore"
	"github.com/fluxcd/pkg/sourceignore/gitignore"
)

type question struct {
	Sources []struct {
		Domain []string `json:"domain"`
		Text   string   `json:"text"`
	} `json:"sources"`
	Files   []string `json:"files"`
	Folders []string `json:"folders"`
}

type answer struct {
	Files   []string `json:"files"`
	Folders []string `json:"folders"`
}

// The matcher that source-controller archives with (fluxcd/pkg artifact/storage SourceIgnoreFilter).
func matcherOf(q question) gitignore.Matcher {
	var patterns []gitignore.Pattern
	for _, source := range q.Sources {
		patterns = append(patterns, sourceignore.ReadPatterns(strings.NewReader(source.Text), source.Domain)...)
	}
	if len(patterns) == 0 {
		return sourceignore.NewDefaultMatcher(nil, nil)
	}
	return sourceignore.NewMatcher(append(sourceignore.VCSPatterns(nil), patterns...))
}

func ignored(matcher gitignore.Matcher, paths []string, isDir bool) []string {
	found := []string{}
	for _, path := range paths {
		if matcher.Match(strings.Split(path, "/"), isDir) {
			found = append(found, path)
		}
	}
	return found
}

func main() {
	lines := bufio.NewReader(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var q question
		if err := json.Unmarshal(line, &q); err != nil {
			log.Fatal(err)
		}
		matcher := matcherOf(q)
		if err := out.Encode(answer{ignored(matcher, q.Files, false), ignored(matcher, q.Folders, true)}); err != nil {
			log.Fatal(err)
		}
	}
}
