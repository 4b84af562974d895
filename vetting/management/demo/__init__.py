"""The demo world: an invented market of consultants, played through the actions over three years.

market (what there is) > people, clients (who) > figures, answers (what comes out) > plans, peers, cast (what will
happen, as plain values in script) > stage, play (it happens) > logins (how to walk in).
"""
