#!/usr/bin/perl
# A small emulator of customer-managed keys for protocol 1 over standard input and output.
# It needs nothing but Perl, and conforms to the profile article: translator-cmk verify --stdio "perl emulator.pl"

use strict;
use warnings;
use JSON::PP;

my $json = JSON::PP->new->utf8;
my %declaration = (
    product      => 'example emulator in Perl',
    version      => '1.0',
    capabilities => [qw(portal reasons clock legacy-vaults several-tenants audit)],
);

my %world;    # kind => name => thing

# A refusal is thrown as the list of its reasons.
sub demand {
    my %met = @_;
    my @because = sort grep { !$met{$_} } keys %met;
    die { because => \@because } if @because;
}

sub fresh {
    my ($kind, $name) = @_;
    demand('environment.new-name' => !exists $world{$kind}{$name});
}

sub existing {
    my ($kind, $name, @states) = @_;
    my $found = $world{$kind}{$name};
    @states = ('active') unless @states;
    demand('environment.exists' => $found && grep { $found->{state} eq $_ } @states);
    return $found;
}

sub tenant { return $world{subscription}{ $_[0]{subscription} }{tenant} }
sub truth     { return $_[0] ? JSON::PP::true : JSON::PP::false }

sub reset_world {
    my ($stage) = @_;
    %world = map { $_ => {} } qw(vault key resource grant workspace document model);
    $world{tenant}    = { map { $_ => { state => 'active' } } @{ $stage->{tenants} } };
    $world{region}       = { map { $_ => { state => 'active' } } @{ $stage->{regions} } };
    $world{location}     = { %{ $world{region} }, global => { state => 'active' } };
    $world{tier}         = { map { $_ => { state => 'active', cmk => $stage->{tiers}{$_} } } keys %{ $stage->{tiers} } };
    $world{subscription} = {
        map { $_ => { state => 'active', tenant => $stage->{subscriptions}{$_} } } keys %{ $stage->{subscriptions} }
    };
}

sub key {
    my ($c, @states) = @_;
    existing(vault => $c->{vault});
    return existing(key => "$c->{vault}/$c->{key}", @states);
}

sub model {
    my $m = existing(model => $_[0]{model}, 'undeployed', 'deployed');
    return ($m, $world{workspace}{ $m->{workspace} });
}

sub use_of_key {
    my ($w) = @_;
    my $key = $world{resource}{ $w->{resource} }{key};
    return $key ? [ { key => $key, resource => $w->{resource} } ] : [];
}

sub create_key {
    my ($c) = @_;
    existing(vault => $c->{vault});
    my $name = "$c->{vault}/$c->{key}";
    fresh(key => $name);
    $world{key}{$name} = { state => 'active', type => $c->{type}, size => $c->{size}, version => 1, enabled => 1 };
    return;
}

my %commands = (

    # Resources

    CreateResource => sub {
        my ($c) = @_;
        fresh(resource => $c->{resource});
        existing(location => $c->{location});
        existing(tier     => $c->{tier});
        my $home = existing(subscription => $c->{subscription});
        demand('resource.creation-refused' => $c->{keys} eq 'microsoft-managed');
        $world{resource}{ $c->{resource} } = {
            state     => 'active',
            tenant => $home->{tenant},
            identity  => 0, key => undef, key_source => $c->{keys},
            map { $_ => $c->{$_} } qw(kind location tier subscription group),
        };
        return;
    },
    DeleteResource => sub {
        my $r = existing(resource => $_[0]{resource});
        @$r{qw(state identity)} = ('deleted', 0);
        return;
    },
    MoveResource => sub {
        my ($c) = @_;
        my $r = existing(resource => $c->{resource});
        existing(subscription => $c->{subscription});
        @$r{qw(subscription group)} = @$c{qw(subscription group)};
        return;
    },
    MoveResourceGroup => sub {
        my ($c) = @_;
        existing(subscription => $c->{subscription});
        existing(subscription => $c->{to});
        for my $each (values %{ $world{resource} }, values %{ $world{vault} }) {
            next unless $each->{state} eq 'active';
            next unless $each->{group} eq $c->{group} && $each->{subscription} eq $c->{subscription};
            $each->{subscription} = $c->{to};
        }
        return;
    },
    MoveSubscription => sub {
        my ($c) = @_;
        my $s = existing(subscription => $c->{subscription});
        existing(tenant => $c->{tenant});
        $s->{tenant} = $c->{tenant};
        return;
    },
    EnableIdentity  => sub { existing(resource => $_[0]{resource})->{identity} = 1; return },
    DisableIdentity => sub { existing(resource => $_[0]{resource})->{identity} = 0; return },

    # Customer-managed keys

    EnableCustomerManagedKeys => sub {
        my ($c) = @_;
        my $r        = existing(resource => $c->{resource});
        my $regional = $r->{location} ne 'global';
        my $portal   = $c->{through} eq 'portal';
        my %eligible = ('resource.global-refused' => $regional, 'encryption.tier-refused' => $world{tier}{ $r->{tier} }{cmk});
        demand(%eligible, 'keys.vault-only-refused' => 0) if $c->{store} ne 'key-vault';
        my $v        = existing(vault => $c->{vault});
        my $k        = existing(key   => "$c->{vault}/$c->{key}");
        my $grant    = "$c->{vault}/$c->{resource}";
        my $together = tenant($v) eq $r->{tenant};
        demand(
            %eligible,
            'keys.rsa-2048-refused'           => $k->{type} =~ /^RSA(-HSM)?$/ && $k->{size} == 2048,
            'vault.same-region-refused'       => !$regional || $v->{region} eq $r->{location},
            'vault.same-tenant-refused'    => $together,
            'vault.granted-beforehand'     => $portal || !$together || exists $world{grant}{$grant},
            'vault.soft-delete-refused'       => $v->{soft_delete},
            'vault.purge-protection-refused'  => $v->{purge_protection},
        );
        if ($portal) {
            $r->{identity} = 1;
            $world{grant}{$grant} = tenant($v);
        }
        @$r{qw(key_source key)} = ('customer-managed', "$c->{vault}/$c->{key}");
        return;
    },
    ReturnToMicrosoftManagedKeys => sub {
        my ($c) = @_;
        my $r = existing(resource => $c->{resource});
        @$r{qw(key_source key)} = ('microsoft-managed', undef);
        for my $w (values %{ $world{workspace} }) {
            $w->{covered} = 0 if $w->{resource} eq $c->{resource};
        }
        return;
    },

    # Vaults and access

    CreateVault => sub {
        my ($c) = @_;
        fresh(vault => $c->{vault});
        existing(region       => $c->{region});
        existing(subscription => $c->{subscription});
        my @fields = qw(region subscription group soft_delete purge_protection permission_model);
        $world{vault}{ $c->{vault} } = { state => 'active', map { $_ => $c->{$_} } @fields };
        return;
    },
    EnableSoftDelete => sub { existing(vault => $_[0]{vault})->{soft_delete} = 1; return },
    EnablePurgeProtection => sub {
        my $v = existing(vault => $_[0]{vault});
        demand('environment.protection-order' => $v->{soft_delete});
        $v->{purge_protection} = 1;
        return;
    },
    DeleteVault => sub {
        my $v = existing(vault => $_[0]{vault});
        $v->{state} = $v->{soft_delete} ? 'deleted' : 'purged';
        return;
    },
    RecoverVault => sub { existing(vault => $_[0]{vault}, 'deleted')->{state} = 'active'; return },
    PurgeVault => sub {
        my $v = existing(vault => $_[0]{vault}, 'deleted');
        demand('environment.no-vault-purge' => !$v->{purge_protection});
        $v->{state} = 'purged';
        return;
    },
    EndVaultRetention => sub { existing(vault => $_[0]{vault}, 'deleted')->{state} = 'purged'; return },
    GrantKeyAccess => sub {
        my ($c) = @_;
        my $v = existing(vault    => $c->{vault});
        my $r = existing(resource => $c->{resource});
        demand(
            'tenant.grant-refused' => tenant($v) eq $r->{tenant},
            'identity.needed-for-access'          => $r->{identity},
        );
        $world{grant}{"$c->{vault}/$c->{resource}"} = tenant($v);
        return;
    },
    RevokeKeyAccess => sub {
        my ($c) = @_;
        existing(vault    => $c->{vault});
        existing(resource => $c->{resource});
        delete $world{grant}{"$c->{vault}/$c->{resource}"};
        return;
    },

    # Keys

    CreateKey  => \&create_key,
    ImportKey  => \&create_key,
    RotateKey  => sub { key($_[0])->{version} += 1; return },
    DisableKey => sub { key($_[0])->{enabled} = 0; return },
    EnableKey  => sub { key($_[0])->{enabled} = 1; return },
    DeleteKey  => sub {
        my ($c) = @_;
        my $k = key($c);
        $k->{state} = $world{vault}{ $c->{vault} }{soft_delete} ? 'deleted' : 'purged';
        return;
    },
    RecoverKey => sub { key($_[0], 'deleted')->{state} = 'active'; return },
    PurgeKey => sub {
        my ($c) = @_;
        my $k = key($c, 'deleted');
        demand('environment.no-key-purge' => !$world{vault}{ $c->{vault} }{purge_protection});
        $k->{state} = 'purged';
        return;
    },

    # Custom Translator

    CreateWorkspace => sub {
        my ($c) = @_;
        fresh(workspace => $c->{workspace});
        my $covered = existing(resource => $c->{resource})->{key_source} eq 'customer-managed';
        my %rest = (resource => $c->{resource}, covered => $covered, readable => 1);
        $world{workspace}{ $c->{workspace} } = { state => 'active', %rest };
        return;
    },
    UploadDocument => sub {
        my ($c) = @_;
        fresh(document => $c->{document});
        my $w = existing(workspace => $c->{workspace});
        demand('revocation.no-upload' => $w->{readable});
        $world{document}{ $c->{document} } = { state => 'uploaded', workspace => $c->{workspace} };
        return use_of_key($w);
    },
    TrainModel => sub {
        my ($c) = @_;
        fresh(model => $c->{model});
        my $w    = existing(workspace => $c->{workspace});
        my @mine = grep { $_->{workspace} eq $c->{workspace} && $_->{state} eq 'uploaded' } values %{ $world{document} };
        demand('revocation.features-stop' => $w->{readable}, 'environment.train' => @mine > 0 || !$w->{readable});
        $world{model}{ $c->{model} } = { state => 'undeployed', workspace => $c->{workspace} };
        return use_of_key($w);
    },
    DeployModel => sub {
        my ($m, $w) = model($_[0]);
        demand('revocation.features-stop' => $w->{readable});
        $m->{state} = 'deployed';
        return use_of_key($w);
    },
    UndeployModel => sub {
        my ($m) = model($_[0]);
        $m->{state} = 'undeployed';
        return;
    },
    TranslateWithModel => sub {
        my ($m, $w) = model($_[0]);
        my $deployed = $m->{state} eq 'deployed' || !$w->{readable};
        demand('revocation.features-stop' => $w->{readable}, 'environment.translate' => $deployed);
        return use_of_key($w);
    },
    ReadData => sub {
        my $w = existing(workspace => $_[0]{workspace});
        demand('revocation.data-inaccessible' => $w->{readable});
        return use_of_key($w);
    },
);

# What follows

sub key_inaccessible {
    my ($name) = @_;
    my $r = $world{resource}{$name};
    return $r->{key_source} eq 'customer-managed' unless defined $r->{key};
    my ($vault) = split m{/}, $r->{key};
    my $k = $world{key}{ $r->{key} };
    return
           !exists $world{grant}{"$vault/$name"}
        || $world{vault}{$vault}{state} ne 'active'
        || $k->{state} ne 'active'
        || !$k->{enabled};
}

sub follow_up {
    for my $r (values %{ $world{resource} }) {
        next if $r->{tenant} eq tenant($r);
        @$r{qw(tenant identity key)} = (tenant($r), 0, undef);
    }
    for my $grant (keys %{ $world{grant} }) {
        my ($vault, $resource) = split m{/}, $grant;
        my $moved = $world{grant}{$grant} ne tenant($world{vault}{$vault});
        delete $world{grant}{$grant} if $moved || !$world{resource}{$resource}{identity};
    }
    for my $name (keys %{ $world{workspace} }) {
        my $w    = $world{workspace}{$name};
        my @mine = grep { $_->{workspace} eq $name } values %{ $world{document} }, values %{ $world{model} };
        if ($world{resource}{ $w->{resource} }{state} ne 'active') {
            $_->{state} = 'deleted' for $w, @mine;
        }
        elsif (key_inaccessible($w->{resource})) {
            $w->{readable} = 0;
            for my $each (@mine) {
                $each->{state} = 'deleted'    if $each->{state} eq 'uploaded';
                $each->{state} = 'undeployed' if $each->{state} eq 'deployed';
            }
        }
        else {
            $w->{readable} = 1;
        }
    }
}

# What a customer sees

sub see {
    my ($kind, $shows, $view) = @_;
    my $table = $world{$kind};
    return { map { $_ => $view->($table->{$_}, $_) } grep { $shows->($table->{$_}, $_) } keys %$table };
}

sub observe {
    my $in_vault = sub { my ($vault) = split m{/}, $_[1]; return $world{vault}{$vault}{state} eq 'active' };
    return {
        subscription => see(subscription => sub { 1 }, sub { return { tenant => $_[0]{tenant} } }),
        resource     => see(resource => sub { $_[0]{state} eq 'active' }, \&see_resource),
        vault        => see(
            vault => sub { $_[0]{state} ne 'purged' },
            sub { my ($v) = @_; return { %$v, map { $_ => truth($v->{$_}) } qw(soft_delete purge_protection) } }
        ),
        key => see(
            key => sub { $_[0]{state} ne 'purged' && $in_vault->(@_) },
            sub { return { %{ $_[0] }, enabled => truth($_[0]{enabled}) } }
        ),
        grant => see(
            grant => $in_vault,
            sub { my ($vault, $resource) = split m{/}, $_[1]; return { vault => $vault, resource => $resource } }
        ),
        workspace => see(
            workspace => sub { $_[0]{state} eq 'active' },
            sub {
                my ($w) = @_;
                my $key_source = $w->{covered} ? 'customer-managed' : 'microsoft-managed';
                return { resource => $w->{resource}, key_source => $key_source, readable => truth($w->{readable}) };
            }
        ),
        document => see(document => sub { $_[0]{state} eq 'uploaded' }, sub { return { workspace => $_[0]{workspace} } }),
        model => see(model => sub { $_[0]{state} ne 'deleted' }, sub { $_[0] }),
    };
}

sub see_resource {
    my ($r) = @_;
    return {
        (map { $_ => $r->{$_} } qw(kind location subscription group key_source)),
        identity           => truth($r->{identity}),
        registered         => truth($r->{identity}),
        encryption_section => truth($world{tier}{ $r->{tier} }{cmk}),
        $r->{key} ? (key => $r->{key}) : (),
    };
}

sub submit {
    my ($command) = @_;
    my $act = $commands{ $command->{command} } or return { answer => 'unsupported' };
    my $audit = eval { $act->($command) };
    if (my $error = $@) {
        die $error unless ref $error;
        return { answer => 'refused', because => $error->{because} };
    }
    follow_up();
    return { answer => 'accepted', audit => $audit || [] };
}

sub answer {
    my ($request) = @_;
    my $verb = $request->{verb};
    return { answer => 'hello', protocol => 1, %declaration } if $verb eq 'hello';
    if ($verb eq 'reset') { reset_world($request->{stage}); return { answer => 'done' } }
    return submit($request->{command}) if $verb eq 'submit';
    return { answer => 'observed', observation => observe() } if $verb eq 'observe';
    return { answer => $verb eq 'settle' ? 'settled' : 'bye' };
}

$| = 1;
while (my $line = <STDIN>) {
    my $request = $json->decode($line);
    print $json->encode({ id => $request->{id}, %{ answer($request) } }), "\n";
}
