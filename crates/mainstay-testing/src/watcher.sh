# Stops the shared test server (process $2) when no test process has used it for $3 seconds; $1 is its place, and
# with $4 = discard its data go too, because they lie in memory.
# Without flock (macOS) the server is left running; the next test run finds it.
place=$1 server=$2 idle=$3 data=$4
pidfile=$place/postgres/pg/postmaster.pid
command -v flock >/dev/null || exit 0
ours() { [ "$(head -n 1 "$pidfile" 2>/dev/null)" = "$server" ]; }

exec 9<>"$place/lease" || exit 0
while ours; do
    # Waits while any test process lives.
    flock -x 9
    uses=$(wc -c <"$place/uses")
    flock -u 9
    sleep "$idle"
    # Nobody is there, and nobody has come and gone: keep the lease, so that nobody comes while we stop it.
    if flock -xn 9 && [ "$(wc -c <"$place/uses")" = "$uses" ]; then
        ours && kill -INT "$server"
        while ours; do sleep 0.05; done
        [ "$data" = discard ] && rm -rf "$place/postgres"
        exit 0
    fi
    flock -u 9
done
