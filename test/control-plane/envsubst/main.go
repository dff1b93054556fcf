// Command envsubst answers what kustomize-controller's variable substitution makes of a text: it reads JSON
// lines {"text", "vars", "strict"} and prints, for each, a JSON line {"output"} or {"error"}. Outputs are
// base64, for a substitution may cut UTF-8 apart.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/fluxcd/pkg/envsubst"
)

type question struct {
	Text   string            `json:"text"`
	Vars   map[string]string `json:"vars"`
	Strict bool              `json:"strict"`
}

type answer struct {
	Output []byte `json:"output,omitempty"`
	Error  string `json:"error,omitempty"`
}

func main() {
	in := bufio.NewReader(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	decoder, encoder := json.NewDecoder(in), json.NewEncoder(out)
	for decoder.More() {
		var q question
		if err := decoder.Decode(&q); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if err := encoder.Encode(ask(q)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// ask substitutes as varSubstitution in fluxcd/pkg kustomize does; a panic is an answer too.
func ask(q question) (a answer) {
	defer func() {
		if r := recover(); r != nil {
			a = answer{Error: fmt.Sprint(r)}
		}
	}()
	output, err := envsubst.Eval(q.Text, func(name string) (string, bool) {
		value, exists := q.Vars[name]
		return value, exists || !q.Strict
	})
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Output: []byte(output)}
}
