#!/bin/sh
# Installs, upgrades and removes counterfoil on a Linux machine. Run it from a checkout, where it
# builds with cargo, or from an unpacked tarball that holds the binary `counterfoil` beside this
# file, where it needs no network. A second run changes nothing; --help says the rest.
set -eu
umask 022
LC_ALL=C
export LC_ALL
# Where useradd and runuser live, which a plain `su` leaves out.
PATH=${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin

user=counterfoil
dry=no staged=no systemd=yes uninstall=no purge=no yes=no
prefix='' temporary='' taken=0 kept=0 attention=no

usage() {
    cat <<'END'
Usage: ./install.sh [OPTION]...
Installs counterfoil, or upgrades what an earlier run installed.

  --dry-run     print each step and change nothing
  --prefix DIR  put everything below DIR, to look at or to pack: no user, no
                systemctl, owners as they come; the files still speak of /
  --no-systemd  no unit file and no systemctl
  --uninstall   stop the service, remove binary and unit; configuration and
                data stay
  --purge       with --uninstall: remove configuration and data as well
  --yes         with --purge: yes, every ticket
  --help        print this

Exit codes: 0 done; 1 it failed; 2 wrong usage; 3 done, but the running
service was not restarted because its configuration has faults.
END
}

# --- saying and doing --------------------------------------------------------------------------

fail() {
    printf 'install.sh: %s\n' "$1" >&2
    exit "${2:-1}"
}

line() {
    printf '  %-15s %s\n' "$1" "$2"
}

# keep WHAT: says that this is already as it should be.
keep() {
    kept=$((kept + 1))
    line unchanged "$1"
}

# step VERB WHAT COMMAND...: runs the command and says so; a dry run only says what it would do.
# The command may be a function whose parts are joined by &&.
step() {
    verb=$1 what=$2
    shift 2
    taken=$((taken + 1))
    if [ "$dry" = yes ]; then
        line "would $verb" "$what"
        return
    fi
    reason=$("$@" 2>&1) || fail "cannot $verb $what: $(printf '%s\n' "$reason" | head -n 1)"
    case $verb in
        stop) line stopped "$what" ;;
        *e) line "${verb}d" "$what" ;;
        *) line "${verb}ed" "$what" ;;
    esac
}

cleanup() {
    [ -z "$temporary" ] || rm -f "$temporary"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

exists() {
    [ -e "$1" ] || [ -L "$1" ]
}

# as_it_should_be PATH MODE OWNER GROUP: true when mode and, on the real machine, owners agree.
as_it_should_be() {
    if [ "$staged" = yes ]; then
        [ -n "$(find -H "$1" -prune -perm "$2" 2>/dev/null)" ]
    else
        [ -n "$(find -H "$1" -prune -perm "$2" -user "$3" -group "$4" 2>/dev/null)" ]
    fi
}

# give PATH MODE OWNER GROUP: sets both; below a prefix the owner is left as it came.
give() {
    { [ "$staged" = yes ] || chown "$3:$4" "$1"; } && chmod "$2" "$1"
}

make_directory() {
    mkdir -p "${1%/*}" && mkdir -m 0700 "$1" && give "$@"
}

# directory PATH MODE OWNER GROUP
directory() {
    if [ -d "$1" ]; then
        if as_it_should_be "$@"; then
            keep "$1/"
        else
            step correct "$1/ ($3:$4 $2)" give "$@"
        fi
    elif exists "$1"; then
        fail "cannot create $1: something that is no directory is in its place"
    elif [ "$staged" = yes ]; then
        step create "$1/ ($2)" make_directory "$@"
    else
        step create "$1/ ($3:$4 $2)" make_directory "$@"
    fi
}

# Writes beside the file and renames, so that a running program keeps its old binary and a power
# cut leaves the old file or the new one.
write_file() {
    mkdir -p "${1%/*}" && (set -C && umask 077 && "$5" >"$temporary") &&
        give "$temporary" "$2" "$3" "$4" && mv -f "$temporary" "$1"
}

# file PATH MODE OWNER GROUP PRODUCER: the file holds what the producer prints.
file() {
    verb=create
    if [ -d "$1" ]; then
        fail "cannot write $1: a directory is in its place"
    elif [ -f "$1" ] && "$5" | cmp -s - "$1"; then
        if as_it_should_be "$1" "$2" "$3" "$4"; then
            keep "$1"
        else
            step correct "$1 ($2)" give "$1" "$2" "$3" "$4"
        fi
        return
    elif exists "$1"; then
        verb=replace
    fi
    temporary=${1%/*}/.counterfoil-install.$$
    step "$verb" "$1 ($2)" write_file "$@"
    temporary=''
}

# --- what the files hold -----------------------------------------------------------------------

print_binary() {
    [ -f "$binary" ] && cat "$binary"
}

print_example() {
    printf '%s\n' "$example"
}

print_unit() {
    cat <<'END'
# Written by install.sh, which replaces it on an upgrade. Changes of your own belong into a drop-in:
# systemctl edit counterfoil
[Unit]
Description=counterfoil, tickets from a mailbox
Wants=network-online.target
After=network-online.target nss-lookup.target time-sync.target
# It is started again for as long as it takes.
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=/usr/local/bin/counterfoil --config /etc/counterfoil/counterfoil.toml run
User=counterfoil
StateDirectory=counterfoil
StateDirectoryMode=0700
ConfigurationDirectory=counterfoil
ConfigurationDirectoryMode=0750
WorkingDirectory=/var/lib/counterfoil
UMask=0077
# Thousands of open connections, most of them resting.
LimitNOFILE=8192
Restart=always
RestartSec=5
# Exit code 2 means that the configuration has faults, which waiting does not mend.
RestartPreventExitStatus=2
TimeoutStopSec=5

# A secret that the service manager reads as root and hands over. In the configuration it is
# client_secret_file = "credential:graph"
#LoadCredential=graph:/etc/counterfoil/secrets/graph

# It writes below /var/lib/counterfoil and nowhere else. A Maildir, a log file or backups elsewhere
# need ReadWritePaths= in a drop-in; a port below 1024 needs CAP_NET_BIND_SERVICE in
# AmbientCapabilities= and CapabilityBoundingSet=.
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
DevicePolicy=closed
ProtectProc=invisible
ProcSubset=pid
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
KeyringMode=private
LockPersonality=yes
MemoryDenyWriteExecute=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
END
}

# --- arguments ---------------------------------------------------------------------------------

while [ $# -gt 0 ]; do
    case $1 in
        --dry-run) dry=yes ;;
        --no-systemd) systemd=no ;;
        --uninstall) uninstall=yes ;;
        --purge) purge=yes ;;
        --yes) yes=yes ;;
        --prefix)
            [ $# -ge 2 ] || fail '--prefix needs a directory' 2
            prefix=$2 staged=yes
            shift
            ;;
        --prefix=*) prefix=${1#--prefix=} staged=yes ;;
        --help | -h)
            usage
            exit 0
            ;;
        *) fail "unknown option $1; see --help" 2 ;;
    esac
    shift
done

[ "$staged" = no ] || [ -n "$prefix" ] || fail '--prefix needs a directory' 2
[ "$purge" = no ] || [ "$uninstall" = yes ] || fail '--purge goes with --uninstall' 2
case $prefix in
    '' | /*) ;;
    *) prefix=$(pwd)/$prefix ;;
esac
root=$prefix
while [ "${root%/}" != "$root" ]; do root=${root%/}; done

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
target=${CARGO_TARGET_DIR:-$here/target}
case $target in
    /*) ;;
    *) target=$(pwd)/$target ;;
esac
# Not every directory this is called from may be entered by the user it creates.
cd /

program=$root/usr/local/bin/counterfoil
unit=$root/etc/systemd/system/counterfoil.service
etc=$root/etc/counterfoil
secrets=$etc/secrets
state=$root/var/lib/counterfoil
config=$etc/counterfoil.toml

if [ "$purge" = yes ] && [ "$yes" = no ] && [ "$dry" = no ]; then
    fail "--purge removes $etc and every ticket in $state for good; add --yes if that is meant" 2
fi
if [ "$staged" = no ] && [ "$dry" = no ] && [ "$(id -u)" != 0 ]; then
    fail 'this needs root: run it with sudo, or try it with --prefix DIR or --dry-run'
fi

# Whether systemd runs this machine and may be spoken to.
managed=no
if [ "$staged" = no ] && [ "$systemd" = yes ] && [ -d /run/systemd/system ] &&
    command -v systemctl >/dev/null; then
    managed=yes
fi

in_this_case() {
    if [ "$dry" = yes ]; then
        printf 'Dry run: %s of %s steps would be taken; nothing was changed.\n' \
            "$taken" "$((taken + kept))"
    elif [ "$taken" = 0 ]; then
        printf 'Nothing changed: %s\n' "$1"
    else
        printf 'Done: %s\n' "$2"
    fi
}

# --- removing ----------------------------------------------------------------------------------

remove() {
    if exists "$1"; then
        step remove "$1" rm -f "$1"
    else
        keep "$1 (not there)"
    fi
}

remove_tree() {
    if [ -L "$1" ]; then
        line left "$1 (a link: remove what it points at yourself)"
    elif exists "$1"; then
        step remove "$1/" rm -rf "$1"
    else
        keep "$1/ (not there)"
    fi
}

if [ "$uninstall" = yes ]; then
    if [ "$managed" = yes ] && exists "$unit"; then
        step stop 'service counterfoil' systemctl disable --quiet --now counterfoil
    fi
    remove "$unit"
    [ "$managed" = no ] || [ "$dry" = yes ] || systemctl daemon-reload
    remove "$program"
    if [ "$purge" = yes ]; then
        remove_tree "$etc"
        remove_tree "$state"
    else
        ! exists "$etc" || line left "$etc/ (configuration and secrets)"
        ! exists "$state" || line left "$state/ (tickets and originals)"
    fi
    if [ "$staged" = no ] && id -u "$user" >/dev/null 2>&1; then
        line left "user $user (userdel $user removes it)"
    fi
    in_this_case 'counterfoil was not installed.' 'counterfoil is removed.'
    exit 0
fi

# --- the binary --------------------------------------------------------------------------------

# True when there is no built binary, or one older than what it is built from.
must_build() {
    [ ! -f "$binary" ] || [ -n "$(find "$here/src" "$here/schema.sql" "$here/Cargo.toml" \
        "$here/Cargo.lock" -newer "$binary" 2>/dev/null | head -n 1)" ]
}

build() {
    cargo=$(command -v cargo || true)
    [ -n "$cargo" ] || cargo=${HOME:-/root}/.cargo/bin/cargo
    [ -x "$cargo" ] || fail "no binary beside $here/install.sh, no current one in $target/release \
and no cargo; as a user with Rust run cargo build --release --locked there, then this again"
    taken=$((taken + 1))
    if [ "$dry" = yes ]; then
        line 'would build' "$binary"
        return
    fi
    line building "$binary"
    (cd "$here" && "$cargo" build --release --locked >&2) ||
        fail "cannot build $binary: cargo says why above"
}

# A place below the prefix can be written when its nearest existing parent can.
check_writable() {
    at=$1
    while ! exists "$at"; do
        at=${at%/*}
        [ -n "$at" ] || at=/
    done
    [ -d "$at" ] || fail "cannot install below $prefix: $at is not a directory"
    [ -w "$at" ] || fail "cannot install below $prefix: $at is not writable"
}

if [ "$staged" = yes ]; then
    for place in "${program%/*}" "${unit%/*}" "$etc" "$state"; do check_writable "$place"; done
fi

if [ -f "$here/counterfoil" ]; then
    binary=$here/counterfoil
elif [ -f "$here/Cargo.toml" ]; then
    binary=$target/release/counterfoil
    ! must_build || build
else
    fail "nothing to install: $here holds neither the binary counterfoil nor its sources"
fi

# A dry run before the first build has no binary to ask.
version='counterfoil' example=''
if [ -f "$binary" ]; then
    version=$("$binary" --version 2>&1) ||
        fail "$binary does not run on this machine: $(printf '%s\n' "$version" | head -n 1)"
    example=$("$binary" config example) || fail "$binary gives no example of its configuration"
    [ -n "$example" ] || fail "$binary gives no example of its configuration"
fi

# --- user, directories, files ------------------------------------------------------------------

make_user() {
    shell=/bin/false
    for candidate in /sbin/nologin /usr/sbin/nologin; do
        [ ! -x "$candidate" ] || shell=$candidate
    done
    if command -v useradd >/dev/null; then
        set -- --user-group
        ! grep -q "^$user:" /etc/group || set -- --gid "$user"
        step create "system user $user" useradd --system "$@" --home-dir "$state" \
            --no-create-home --shell "$shell" "$user"
    elif command -v adduser >/dev/null; then
        # The options of BusyBox; every system with another adduser has useradd as well.
        grep -q "^$user:" /etc/group || step create "system group $user" addgroup -S "$user"
        step create "system user $user" \
            adduser -S -D -H -h "$state" -s "$shell" -G "$user" "$user"
    else
        fail "cannot create the system user $user: neither useradd nor adduser is here; \
create it yourself, then run this again"
    fi
}

group=$user
if [ "$staged" = yes ]; then
    line skipped "system user $user (below a prefix there is none)"
elif id -u "$user" >/dev/null 2>&1; then
    group=$(id -gn "$user")
    keep "system user $user"
else
    make_user
    group=$user
fi

directory "$etc" 0750 root "$group"
directory "$secrets" 0750 root "$group"
directory "$state" 0700 "$user" "$group"
file "$program" 0755 root root print_binary

# The configuration belongs to the administrator once it is there. The example lies beside it as
# this version prints it, so that an upgrade can say whether there is anything new to read.
if [ -z "$example" ]; then
    step write "$config, unless it is there" false
else
    if exists "$config"; then
        keep "$config (yours)"
        print_example | cmp -s - "$config.example" ||
            line compare "$config with $config.example, which is new"
    else
        file "$config" 0640 root "$group" print_example
    fi
    file "$config.example" 0640 root "$group" print_example
fi

if [ "$systemd" = yes ]; then
    before=$taken
    file "$unit" 0644 root root print_unit
    unit_changed=$((taken - before))
fi

# --- the service -------------------------------------------------------------------------------

# Asked as the user the service runs as, who must be able to read it.
check_config() {
    if [ "$staged" = no ] && command -v runuser >/dev/null && id -u "$user" >/dev/null 2>&1; then
        runuser -u "$user" -- "$program" --config "$config" config check
    else
        "$program" --config "$config" config check
    fi
}

# True while the service runs a binary that has been replaced since.
runs_old_binary() {
    pid=$(systemctl show --property MainPID --value counterfoil)
    [ "${pid:-0}" = 0 ] || [ "$(readlink "/proc/$pid/exe")" != "$program" ]
}

begin_service() {
    systemctl enable --quiet --now counterfoil && sleep 1 && is_well
}

restart_service() {
    systemctl restart counterfoil && sleep 1 && is_well
}

is_well() {
    systemctl is-active --quiet counterfoil ||
        { echo 'it ended at once; journalctl -u counterfoil says why' && false; }
}

passes=no faults='' running=no
if [ -x "$program" ] && [ -r "$config" ]; then
    if faults=$(check_config 2>&1); then passes=yes; fi
fi
if [ "$managed" = yes ]; then
    [ "$unit_changed" = 0 ] || [ "$dry" = yes ] || systemctl daemon-reload
    if systemctl is-active --quiet counterfoil; then
        running=yes
        if [ "$unit_changed" = 0 ] && ! runs_old_binary; then
            keep 'service counterfoil (running)'
        elif [ "$passes" = yes ]; then
            step restart 'service counterfoil' restart_service
        else
            attention=yes
            line 'not restarted' 'service counterfoil: its configuration has faults'
        fi
    elif [ "$passes" = yes ]; then
        step start 'service counterfoil' begin_service
        running=yes
    fi
elif [ "$staged" = no ] && [ "$systemd" = yes ]; then
    line skipped 'service counterfoil (systemd does not run this machine)'
fi

# --- what was done, what comes next ------------------------------------------------------------

in_this_case "$version was already installed, and still is." "$version is installed."
if [ "$dry" = no ] && [ "$passes" = no ]; then
    printf '\nThe configuration has faults; config check says:\n'
    printf '%s\n' "$faults" | sed 's/^/  /'
fi
printf '\nNext:\n'
as_user="runuser -u $user -- counterfoil"
if [ "$staged" = yes ]; then
    cat <<END
  1. Copy what is below $prefix to / of the machine.
  2. There, as root: run install.sh, or create the user $user and give it /var/lib/counterfoil.
  3. There: fill in /etc/counterfoil/counterfoil.toml and run counterfoil config check.
END
elif [ "$running" = yes ] && [ "$attention" = no ]; then
    cat <<END
  1. See how it goes:        journalctl -u counterfoil -f
  2. Let somebody sign in:   $as_user user add NAME --email ADDRESS --role admin
  3. Open the page:          the address under [web] listen in $config
END
else
    begin="$as_user --config $config run"
    if [ "$managed" = yes ]; then begin='systemctl enable --now counterfoil'; fi
    if [ "$attention" = yes ]; then begin='systemctl restart counterfoil'; fi
    cat <<END
  1. Fill in $config; a secret goes into
     $secrets/ (install -m 0600 -o $user -g $group SECRET $secrets/).
  2. Check it:   $as_user config check
  3. Begin:      $begin
END
fi
[ "$attention" = no ] || exit 3
