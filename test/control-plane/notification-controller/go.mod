module kubectl-gitops/test/control-plane/notification-controller

go 1.26.0

tool github.com/fluxcd/notification-controller

require github.com/fluxcd/notification-controller v1.9.3

// A dependency's own replaces are ignored: these repeat those of the module above.
replace (
	gopkg.in/yaml.v3 => gopkg.in/yaml.v3 v3.0.1
)
