#!/bin/sh
# Brings the message on standard input to Touchstone: bring-reply.sh https://touchstone.example/inbound/ KEYFILE
# Exits as a mail server understands it: 0 taken, 75 try again later, 69 refused for good (the reason is printed).
set -eu
url=$1 keyfile=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/message"
time=$(date +%s)
sign=$({ printf '%s.' "$time"; cat "$work/message"; } |
    openssl dgst -sha256 -hmac "$(cat "$keyfile")" -r | cut -d ' ' -f 1)
status=$(curl --silent --show-error --max-time 60 --output "$work/answer" --write-out '%{http_code}' \
    --header 'Content-Type: message/rfc822' --header 'Expect:' \
    --header "Touchstone-Signature: t=$time,v1=$sign" \
    --data-binary "@$work/message" "$url") || exit 75
case $status in
    200) exit 0 ;;
    429 | 5??) exit 75 ;;
    *) cat "$work/answer"; exit 69 ;;
esac
