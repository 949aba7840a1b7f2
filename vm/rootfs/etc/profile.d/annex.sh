# The computer's way out is the proxy that Annex puts on loopback; see /etc/annex/environment.
set -a
. /etc/annex/environment
set +a
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
if [ "$(id -u)" != 0 ]; then PATH=$HOME/.local/bin:$PATH; fi
export PATH
