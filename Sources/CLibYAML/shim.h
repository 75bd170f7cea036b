// libyaml as its header declares it; nothing here needs a wrapper.
#ifndef MT4_CLIBYAML_SHIM_H
#define MT4_CLIBYAML_SHIM_H
#include <yaml.h>
#endif
