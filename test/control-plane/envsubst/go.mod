// The oracle of the substitution tests; the version is the one that kustomize-controller v1.9.4 requires.
module kubectl-gitops/test/control-plane/envsubst

go 1.26.0

require github.com/fluxcd/pkg/envsubst v1.7.0
