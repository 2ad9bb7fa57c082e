#pragma once

namespace segr {

/// While it lives, decoders that this thread opens belong to a file (or not): their pictures keep the size of the first one.
class OpensFile {
public:
    explicit OpensFile(bool is_file);
    ~OpensFile();
    OpensFile(const OpensFile&) = delete;
    OpensFile& operator=(const OpensFile&) = delete;
};

}  // namespace segr
