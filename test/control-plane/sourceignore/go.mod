// The oracle of the ignore rules; the version is the one that source-controller v1.9 requires.
module kubectl-gitops/test/control-plane/sourceignore

go 1.26.0

require github.com/fluxcd/pkg/sourceignore v0.18.0
